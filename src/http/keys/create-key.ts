import { issueKey, usualScopes, xapiScopes } from '../../access/keys/key'
import { faultsOfPageKey, pageScopes } from '../../access/keys/page-key'
import { faultsOfRoleKey, type RoleFault } from '../../access/keys/role-key'
import { FIRST_PEOPLE_SOURCE } from '../../access/people/issuer'
import { AppError } from '../../error/app-error'
import { audited, personName } from '../audit'
import type { App, AppContext, AppDeps } from '../context'
import { absoluteUrl, linkTo } from '../links'
import { jsonBody, jsonBodyProblems, jsonReply, keyed } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'
import { administrator, requireGivable, TenantQuery, tenantAsked } from './administer'
import { MadeKey, newKey, secretExample, viewExample, viewOf } from './schemas'

const routeWith = (body: ReturnType<typeof newKey>) =>
  createRoute({
    method: 'post',
    path: '/keys',
    operationId: 'createKey',
    tags: ['Keys'],
    summary: 'Make a key',
    description:
      'Scope `admin`, or `installation` for any tenant. A key can be given no scope that whoever makes it lacks. Its source has to be there (`POST /sources`). A key with a `role` is a person’s, who reads what that role sees.',
    ...keyed,
    request: {
      query: TenantQuery,
      body: jsonBody(body, {
        description: 'What the key is for and what it may do',
        example: { name: 'Moodle', sourceId: 'demo', scopes: ['events:write'], expires: '90d' },
      }),
    },
    responses: {
      201: jsonReply(
        MadeKey,
        { description: 'The key', example: { ...viewExample, key: secretExample } },
        { Location: z.string().openapi({ description: 'Its address' }) },
      ),
      ...jsonBodyProblems('not_found'),
    },
  })

export function createKey(app: App, deps: AppDeps) {
  const { clock, config: limits } = deps.options
  const route = routeWith(newKey(clock))
  const checks = { admit: administrator, limits }
  operation(app, route, checks, async (c, { principal, query, body, reply }) => {
    const { name, sources, xapi, expires: expiresAt, role, actor: actorId } = body
    const { aggregatesOnly: isAggregateOnly } = body
    const others = { scopes: body.scopes, sources, origins: body.origins, xapi }
    const faults = faultsOfRoleKey({ role, actorId, isAggregateOnly }, others)
    requireFit(faults.map(asSent), 'role_key')
    const usual = body.origins ? pageScopes : usualScopes
    const scopes = role ? [] : [...new Set(body.scopes ?? (xapi ? xapiScopes : usual))]
    const origins = body.origins && [...new Set(body.origins)]
    if (origins !== undefined) requireFit(faultsOfPageKey({ ...body, scopes }), 'page_key')
    const tenantId = await tenantAsked(deps, principal, query)
    requireGivable({ scopes, role }, principal)
    const sourceId = body.sourceId ?? (role && FIRST_PEOPLE_SOURCE)
    if (sourceId === undefined) throw lacksSource()
    if (body.sourceId !== undefined) await requireSource(deps, tenantId, sourceId)
    const more = {
      ...(sources && { sources }),
      ...(origins && { origins }),
      ...(expiresAt && { expiresAt }),
      ...(role && { role }),
      ...(isAggregateOnly && { isAggregateOnly }),
    }
    const grant = { tenantId, sourceId, name, scopes, ...more, ...(actorId && { actorId }) }
    const { key, record } = await issueKey(deps.platform.registry, grant, { at: clock.now() })
    const { keyId: target } = record
    const person = actorId && (await personName(deps, tenantId, actorId))
    const details = { sourceId, scopes, ...more, ...(person && { person }) }
    await audited(deps, principal, { action: 'key.created', target, details }, tenantId)
    c.header('Location', linkTo(c, `/keys/${record.keyId}`))
    c.header('Cache-Control', 'no-store')
    const endpoint = xapi ? { endpoint: endpointOf(c) } : {}
    return reply.json(c, 201, { ...viewOf(record), key, ...endpoint })
  })
}

// Faults of a role are named by the members of what is stored.
const sent: Record<string, string> = { actorId: 'actor', isAggregateOnly: 'aggregatesOnly' }
const asSent = ({ of, message }: RoleFault) => ({ path: [sent[of] ?? of], message })

function requireFit(faults: readonly { path: string[]; message: string }[], code: string) {
  const errors = faults.map((fault) => ({ ...fault, code }))
  const [first] = errors
  if (first === undefined) return
  throw new AppError('invalid_request', `${first.path.join('.')}: ${first.message}.`, { errors })
}

function lacksSource(): AppError {
  const message = 'Must name the source of what the key sends, unless it has a role'
  const errors = [{ path: ['sourceId'], message, code: 'required' }]
  return new AppError('invalid_request', `sourceId: ${message}.`, { errors })
}

/** The endpoint of xAPI as whoever asks reaches it, without a slash at its end. */
function endpointOf(c: AppContext): string {
  return absoluteUrl(c, '/xapi')
}

// As many as a sentence can name.
const MAX_NAMED = 20

async function requireSource({ platform }: AppDeps, tenantId: string, sourceId: string) {
  const { sources } = platform.registry
  if ((await sources.get(tenantId, sourceId)) !== undefined) return
  const ids = (await sources.list(tenantId)).map((source) => source.sourceId)
  const more = ids.length > MAX_NAMED ? ` and ${ids.length - MAX_NAMED} more` : ''
  const there = `there are: ${ids.slice(0, MAX_NAMED).join(', ')}${more}`
  const message = `Is no source; got ${JSON.stringify(sourceId)}`
  throw new AppError(
    'invalid_request',
    `There is no source ${sourceId}; ${there}. POST /sources makes one.`,
    { errors: [{ path: ['sourceId'], message, code: 'unknown_source' }] },
  )
}
