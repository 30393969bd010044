import { AppError } from '../error/app-error'
import type { Principal } from '../identity/principal'
import type { BlobStore } from '../platform/blob-store'
import type { EventStore } from '../platform/event-store'
import type { HeldStatement, StatementPage, StatementStore } from '../platform/statement-store'
import { eachOf, inTurns } from '../syntax/steps'
import { type Asked, askedBy, type Format, type Parameters } from './asked'
import { languagesIn } from './languages'
import { createMore, type MoreNeeds } from './more'
import { type AttachedContent, attachmentsOf, pageWithAttachments } from './pages'
import { agentFinder, formatted } from './rules'

export { multipartOf } from './multipart-answer'

interface Needs extends MoreNeeds {
  statements: Pick<StatementStore, 'get' | 'query'>
  events: Pick<EventStore, 'get'>
  blobs: Pick<BlobStore, 'get'>
}

/** Who reads, and how much at once. */
export interface Reader extends Pick<Principal, 'tenantId' | 'sourceId' | 'keyId'> {
  version: string
  /** He reads what his own source sent, and nothing else. */
  isOwnOnly: boolean
  /** Of one answer, unless a single statement with its attachments is larger. */
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
    const languages = languagesIn(language)
    const { statementId, voidedStatementId, more: token } = query
    if (statementId !== undefined) return readOne(reader, statementId, false, query, languages)
    if (voidedStatementId !== undefined) {
      return readOne(reader, voidedStatementId, true, query, languages)
    }
    if (token === undefined) return readPage(reader, askedOf(query, reader), undefined, languages)
    const { asked, cursor } = await more.read(reader, token)
    return readPage(reader, asked, cursor, languages)
  }

  async function readOne(
    reader: Reader,
    statementId: string,
    isVoided: boolean,
    { format, attachments }: Pick<Asked, 'format' | 'attachments'>,
    languages: readonly string[],
  ): Promise<Found> {
    const { tenantId } = reader
    const held = await needs.statements.get(tenantId, statementId)
    const isThere = held?.isVoided === isVoided && (await mayRead(reader, statementId))
    if (held === undefined || !isThere) throw absent(statementId, isVoided)
    const [text] = await textsOf([held], format, languages)
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
    languages: readonly string[],
  ): Promise<Found> {
    const { tenantId, sourceId, maxBytes, isOwnOnly } = reader
    // What the credential may read is never told by the token.
    const own = isOwnOnly ? [{ by: 'source' as const, value: sourceId }] : []
    const { since, until, ascending } = asked
    const query = { finders: [...asked.finders, ...own], since, until, ascending }
    const page: StatementPage & Pick<Attached, 'contents'> = asked.attachments
      ? await pageWithAttachments(needs, query, { ...reader, limit: asked.limit, cursor })
      : await needs.statements.query(tenantId, query, { limit: asked.limit, maxBytes, cursor })
    const texts = await textsOf(page.statements, asked.format, languages)
    const { nextCursor, consistentThrough, contents } = page
    const token = nextCursor && (await more.issue(reader, { asked, cursor: nextCursor }))
    const bytes = sizeOf(texts, contents)
    return { kind: 'page', texts, more: token, consistentThrough, contents, bytes }
  }
}

function askedOf(query: Question, { version }: Reader): Asked {
  const { agent, ...others } = query
  return askedBy({ ...others, agent: agent === undefined ? agent : agentFinder(agent, version) })
}

function textsOf(
  statements: readonly HeldStatement[],
  format: Format,
  languages: readonly string[],
): Promise<string[]> | string[] {
  if (format === 'exact') return statements.map(({ json }) => json)
  return inTurns(eachOf(statements, ({ json }) => formatted(json, format, languages)))
}

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
