import { requireWithin, requireWritable } from '../../access/cmi5/within'
import { AppError } from '../../error/app-error'
import { mailDomainOf } from '../../governance/policy/domains'
import { refusalOfBlocked } from '../../ingest/blocked'
import { MAX_DOCUMENT_BYTES } from '../../platform/document-store'
import type { Shelf } from '../../statements/document-places'
import type { SpokenVersion } from '../../statements/document-rules'
import type { Documents, Place, SentDocument } from '../../statements/documents'
import { type Preconditions, parseTags } from '../../statements/preconditions'
import { readBytes } from '../body'
import type { AppContext, AppDeps } from '../context'
import { requestIdHeader } from '../openapi'
import { z } from '../zod'
import type { Caller } from './caller'
import { anyDocument, type DocumentQuery, type DocumentResource } from './document-resources'
import { VERSION_HEADER, versionHeader } from './version'
import { WITHHELD_HEADER, withheldText } from './withheld'

const tags = (description: string) =>
  z
    .string()
    .transform((value, context) => {
      const parsed = parseTags(value)
      if (parsed !== undefined) return parsed
      const message = 'Must be * or a list of entity tags in quotes'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional()
    .openapi({ type: 'string', description, example: '"2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"' })

export const readHeaders = z.object({
  ...versionHeader,
  'If-None-Match': tags('Answered with 304 when the document is still of this ETag'),
})

export const writeHeaders = z.object({
  ...versionHeader,
  'If-Match': tags('The ETag of the version that it is about; `*` for any that is there'),
  'If-None-Match': tags('`*`: only when there is none yet'),
})

export function preconditionsOf(headers: z.output<typeof writeHeaders>): Preconditions {
  return { ifMatch: headers['If-Match'], ifNoneMatch: headers['If-None-Match'] }
}

/** Tells apart the patches of 1.0 in which a put was something else. */
export function spokenVersion(c: AppContext, { version }: Caller): SpokenVersion {
  const asked = c.req.header(VERSION_HEADER)?.trim() ?? ''
  return /^1\.0(?:\.[0-2])?$/.test(asked) ? '1.0.2' : version
}

export const etagHeader = {
  ETag: z.string().openapi({ description: 'SHA-1 of the document as 40 hex digits, in quotes' }),
}

export function setEtag(c: AppContext, etag: string): void {
  c.header('ETag', `"${etag}"`)
}

/** Everything that the operations on documents share. Its logic is loaded with the first of them. */
export function documentsWith({
  platform,
  options,
  services,
}: Pick<AppDeps, 'platform' | 'options' | 'services'>) {
  const { config, maxReplyBytes = MAX_DOCUMENT_BYTES } = options
  const { bodyTimeoutSeconds } = config
  // A document that is taken can also be given out, whichever way it came.
  const maxBytes = Math.min(config.maxBodyBytes, maxReplyBytes, MAX_DOCUMENT_BYTES)
  let documents: Documents | undefined

  function count({ tenantId, sourceId }: Caller, rule: string) {
    const tally = { stored: 0, conformant: 0, quarantined: 0, issues: {} }
    const at = services.clock.now().toISOString()
    platform.conformance.add({ tenantId, sourceId }, at, { ...tally, withheld: { [rule]: 1 } })
  }

  /** A document is no event that could be held: its sender keeps it. @throws {AppError} `blocked`, `held_back` */
  async function requireMaySend(c: AppContext, caller: Caller, agentKey: string | undefined) {
    const { tenantId, sourceId } = caller
    const verdicts = await services.blocklist.sender({ tenantId, sourceId, ip: c.env.ip })
    if (!verdicts?.isConcerned) return
    const blocked = verdicts.of({ domain: mailDomainOf(agentKey) })
    if (blocked === undefined) return
    if (blocked.action === 'DROP') count(caller, blocked.rule)
    throw refusalOfBlocked(blocked, {}, 'The document is not kept: send it again then.')
  }

  return {
    maxBytes,

    async load(): Promise<Documents> {
      if (documents !== undefined) return documents
      const { createDocuments } = await import('../../statements/documents')
      documents = createDocuments({ documents: platform.documents, maxBytes })
      return documents
    },

    /**
     * Tells whether nothing may be kept about the agent of a document; then says so in the answer, and
     * counts it.
     * @throws {AppError} `blocked`, `held_back`: who sends it may not
     * @throws {StorageError}
     */
    async isWithheld(c: AppContext, { agent }: DocumentQuery, caller: Caller): Promise<boolean> {
      const { tenantId, version } = caller
      const { readAgent } = await import('../../statements/agent')
      const key = agent === undefined ? undefined : readAgent(agent, version).key
      await requireMaySend(c, caller, key)
      if (key === undefined) return false
      const rule = await services.governance.forbids(tenantId, key)
      if (rule === undefined) return false
      c.header(WITHHELD_HEADER, withheldText([{ rule, count: 1 }]))
      count(caller, rule)
      return true
    },

    /**
     * Reads a document as it came.
     * @throws {AppError} as `readBytes`; `invalid_request` for an endless content type
     */
    async read(c: AppContext): Promise<SentDocument & { grow(bytes: number): Promise<void> }> {
      const contentType = contentTypeOf(c)
      const { bytes, lease } = await readBytes(c, { maxBodyBytes: maxBytes, bodyTimeoutSeconds })
      return { bytes, contentType, grow: (more) => lease.grow(more) }
    },
  }
}

export type XapiDocuments = ReturnType<typeof documentsWith>

// The type stands in the metadata of its document, beside the id (`MAX_METADATA_BYTES`).
const MAX_CONTENT_TYPE = 255

function contentTypeOf(c: AppContext): string {
  // RFC 9110, 8.3: a body that is not described may be taken for this.
  const type = c.req.header('Content-Type') ?? 'application/octet-stream'
  if (type.length <= MAX_CONTENT_TYPE) return type
  const path = ['Content-Type']
  const message = `Must have at most ${MAX_CONTENT_TYPE} characters; has ${type.length}`
  const errors = [{ path, message, code: 'too_long' }]
  throw new AppError('invalid_request', `Content-Type: ${message}.`, { errors })
}

/**
 * Names the shelf that a request is about. Without a registration, `all` takes in every one.
 * @throws {AppError} `invalid_request` for an agent that is none; `forbidden` to a session of cmi5
 * for what is not its own
 */
export async function shelfOf(
  { kind }: DocumentResource,
  caller: Caller,
  { agent = '', activityId = '', registration }: DocumentQuery,
  reach: 'one' | 'all',
): Promise<Shelf> {
  const places = await import('../../statements/document-places')
  if (kind === 'activityProfile') {
    requireWithin(caller, { activityId })
    return places.activityProfileShelf(activityId)
  }
  const { readAgent } = await import('../../statements/agent')
  const { key } = readAgent(agent, caller.version)
  if (kind === 'agentProfile') {
    requireWithin(caller, { agent: key })
    return places.agentProfileShelf(key)
  }
  // A session names its registration with every state (cmi5, 10.0).
  requireWithin(caller, { agent: key, activityId, registration })
  return reach === 'all' && registration === undefined
    ? places.stateShelves(key, activityId)
    : places.stateShelf(key, activityId, registration)
}

export function idOf({ stateId, profileId }: DocumentQuery): string | undefined {
  return stateId ?? profileId
}

/**
 * Names the one document that a request writes.
 * @throws {AppError} as `shelfOf`; `forbidden` for what a session of cmi5 may not change
 */
export async function placeOf(
  resource: DocumentResource,
  caller: Caller,
  query: DocumentQuery,
): Promise<Place> {
  const id = idOf(query)!
  const shelf = await shelfOf(resource, caller, query, 'one')
  requireWritable(caller, id)
  return { tenantId: caller.tenantId, shelf, id }
}

/** Declares what PUT and POST of a document have in common. */
export function writeRequest({ shelf, id }: DocumentResource) {
  return { query: z.strictObject({ ...shelf, ...id }), headers: writeHeaders, body: anyDocument }
}

const whyWithheld = {
  description:
    'Nothing is kept about this agent, by the policy of the tenant; there is no `ETag` then',
  example: 'under13=1',
}

/** Declares the answer to a write. */
export function writtenReply(description: string) {
  const [ETag, withheld] = [etagHeader.ETag.optional(), z.string().optional()]
  const headers = { ...requestIdHeader, ETag, [WITHHELD_HEADER]: withheld.openapi(whyWithheld) }
  return { description, headers: z.object(headers) }
}
