import { AppError } from '../error/app-error'
import type { Principal } from '../identity/principal'
import type { BlobStore } from '../platform/blob-store'
import type { EventStore } from '../platform/event-store'
import type { StatementPage, StatementStore } from '../platform/statement-store'
import { finderOfAgent } from '../standards/xapi/finders'
import { checkAgent } from '../standards/xapi/parameters'
import type { XapiVersion } from '../standards/xapi/version'
import { type Asked, askedBy, type Parameters } from './asked'
import { formatted } from './formatted'
import { createMore, type MoreNeeds } from './more'
import { type AttachedContent, attachmentsOf, pageWithAttachments } from './pages'

export { multipartOf } from './multipart-answer'

interface Needs extends MoreNeeds {
  statements: Pick<StatementStore, 'get' | 'query' | 'activity'>
  events: Pick<EventStore, 'get'>
  blobs: Pick<BlobStore, 'get'>
}

/** Who reads, and how much at once. */
export interface Reader extends Pick<Principal, 'tenantId' | 'sourceId' | 'keyId'> {
  version: XapiVersion
  /** He reads what his own source sent, and nothing else. */
  isOwnOnly: boolean
  /** The bound is for one answer, unless a single statement with its attachments is larger. */
  maxBytes: number
}

/** A question as its parameters and headers ask it, each of them checked by itself. */
export interface Question extends Parameters {
  statementId?: string | undefined
  voidedStatementId?: string | undefined
  more?: string | undefined
}

interface Asking {
  query: Question
  /** The names of the parameters that were sent. */
  sent: readonly string[]
  /** `Accept-Language`. */
  language: string | undefined
}

/** An answer: a page, or one statement. */
export type Found = Attached & (FoundPage | FoundOne)

interface Attached {
  /** The content of what the statements attach, each once; absent when it was not asked for. */
  contents?: AttachedContent[] | undefined
  bytes: number
}

interface FoundPage {
  kind: 'page'
  /** Each the JSON of a statement. */
  texts: string[]
  /** The token of the next page; absent on the last. */
  more?: string | undefined
  consistentThrough: string
}

interface FoundOne {
  kind: 'one'
  text: string
  stored: string
}

/** Answers questions for statements. */
export function createReading(needs: Needs) {
  const more = createMore(needs)

  /**
   * @throws {AppError} `invalid_request` where parameters do not go together; `invalid_cursor`;
   * `not_found`
   */
  return async function read(reader: Reader, { query, sent, language }: Asking): Promise<Found> {
    assertTogether(sent)
    const { statementId, voidedStatementId, more: token } = query
    if (statementId !== undefined) return readOne(reader, statementId, false, query, language)
    if (voidedStatementId !== undefined) {
      return readOne(reader, voidedStatementId, true, query, language)
    }
    if (token === undefined) return readPage(reader, askedOf(query, reader), undefined, language)
    const { asked, cursor } = await more.read(reader, token)
    return readPage(reader, asked, cursor, language)
  }

  async function readOne(
    reader: Reader,
    statementId: string,
    isVoided: boolean,
    { format, attachments }: Pick<Asked, 'format' | 'attachments'>,
    language: string | undefined,
  ): Promise<Found> {
    const { tenantId } = reader
    const held = await needs.statements.get(tenantId, statementId)
    const isThere = held?.isVoided === isVoided && (await mayRead(reader, statementId))
    if (held === undefined || !isThere) throw absent(statementId, isVoided)
    const [text] = await formatted(needs, [held], format, { tenantId, language })
    const found = attachments ? await attachmentsOf(needs, [held], reader) : undefined
    const contents = found?.contents
    return {
      kind: 'one',
      text: text!,
      stored: held.stored,
      contents,
      bytes: sizeOf([text!], contents),
    }
  }

  async function mayRead({ tenantId, sourceId, isOwnOnly }: Reader, statementId: string) {
    if (!isOwnOnly) return true
    return (await needs.events.get(tenantId, statementId))?.sourceId === sourceId
  }

  async function readPage(
    reader: Reader,
    asked: Asked,
    cursor: string | undefined,
    language: string | undefined,
  ): Promise<Found> {
    const { tenantId, sourceId, maxBytes, isOwnOnly } = reader
    // The token never tells how much its credential may read.
    const own = isOwnOnly ? [{ by: 'source' as const, value: sourceId }] : []
    const { since, until, ascending } = asked
    const query = { finders: [...asked.finders, ...own], since, until, ascending }
    const page: StatementPage & Pick<Attached, 'contents'> = asked.attachments
      ? await pageWithAttachments(needs, query, { ...reader, limit: asked.limit, cursor })
      : await needs.statements.query(tenantId, query, { limit: asked.limit, maxBytes, cursor })
    const texts = await formatted(needs, page.statements, asked.format, { tenantId, language })
    const { nextCursor, consistentThrough, contents } = page
    const token = nextCursor && (await more.issue(reader, { asked, cursor: nextCursor }))
    const bytes = sizeOf(texts, contents)
    return { kind: 'page', texts, more: token, consistentThrough, contents, bytes }
  }
}

function askedOf({ agent, ...others }: Question, { version }: Reader): Asked {
  if (agent === undefined) return askedBy(others)
  const errors = checkAgent(agent, version)
  if (errors.length > 0) {
    const said = errors.map(({ path, message }) => [...path, message].join(': '))
    throw new AppError('invalid_request', said.join('; '), { errors })
  }
  return askedBy({ ...others, agent: finderOfAgent(agent) ?? NOBODY })
}

// No statement is found by an anonymous group, and nothing that is known has an empty name.
const NOBODY = ''

function sizeOf(texts: readonly string[], contents: readonly AttachedContent[] = []): number {
  const size = texts.reduce((sum, text) => sum + text.length, 0)
  return contents.reduce((sum, { bytes }) => sum + bytes.length, size)
}

const SPEC = 'xAPI 1.0.3, Communication, 2.1.3 GET Statements'
const alone: Record<string, readonly string[]> = {
  statementId: ['attachments', 'format'],
  voidedStatementId: ['attachments', 'format'],
  more: [],
}

function assertTogether(sent: readonly string[]): void {
  for (const [name, beside] of Object.entries(alone)) {
    if (!sent.includes(name)) continue
    const others = sent.filter((other) => other !== name && !beside.includes(other))
    if (others.length === 0) continue
    const rule = beside.length > 0 ? ` but ${beside.join(' and ')}` : ''
    const message = `Not beside ${name}, which takes no other parameter${rule}`
    const errors = others.map((other) => ({ path: [other], message, code: 'excluded', spec: SPEC }))
    throw new AppError('invalid_request', `${others.join(', ')}: ${message}.`, { errors })
  }
}

function absent(statementId: string, isVoided: boolean): AppError {
  const which = isVoided ? 'No voided statement' : 'No statement that is not voided'
  return new AppError('not_found', `${which} is held here with the id ${statementId}.`)
}
