import { createHash } from 'node:crypto'
import type { Issue } from '../error/issue'
import type { ReadItem, Reading } from '../event/reading'
import { sentBy } from '../event/sent-by'
import type { Governance } from '../governance/governance'
import type { DocumentKey, DocumentStore } from '../platform/document-store'
import { standardNamed } from '../standards'
import { eachOf, inTurns } from '../syntax/steps'
import type { Origin, Readable, Refused, Stored } from './arrival'

/** Whose a session is stands in a document of its own. */
export type SessionDocuments = Pick<DocumentStore, 'get' | 'put'>

/** A session is one person's attempt at a test, as the event that began it says. */
interface Session {
  userId: string
  /** Left out, its questions are not known, and any may be named. */
  questionIds?: string[] | undefined
}

type Whose = Pick<Origin, 'tenantId'>

// A store is asked so many things at once; a body may have begun fifty thousand sessions.
const AT_ONCE = 16

/** An id may be longer than a key of a document. */
function keyOf(sessionId: string): DocumentKey {
  return ['sessions', createHash('sha256').update(sessionId).digest('hex')]
}

/**
 * Remembers sessions for good; of several events that begin one, the first stands.
 * @param first events that begin a session; those without a user or a session begin none
 * @throws {StorageError}
 */
export async function remember(
  first: readonly Stored[],
  { tenantId, sessions: known }: Whose & { sessions?: ReadonlyMap<number, string> | undefined },
  documents: SessionDocuments,
): Promise<void> {
  const sessions = await inTurns(
    eachOf(first, ({ item }) => begun(item, known?.get(item.index) ?? item.event.sessionId)),
  )
  await inParts(sessions, async (session) => {
    if (session === undefined) return
    const { sessionId, ...content } = session
    const bytes = Buffer.from(JSON.stringify(content))
    const document = { bytes, contentType: 'application/json' }
    await documents.put(tenantId, keyOf(sessionId), document, { ifNoneMatch: '*' })
  })
}

function begun(
  { event }: Readable,
  sessionId = event.sessionId,
): (Session & { sessionId: string }) | undefined {
  const { actorId: userId, raw } = event
  if (userId === undefined || sessionId === undefined) return undefined
  const item = JSON.parse(raw) as Record<string, unknown>
  const ids = payloadOf(item)?.question_ids
  const questionIds = Array.isArray(ids) ? ids.flatMap((id) => textOf(id) ?? []) : undefined
  return { sessionId, userId, questionIds }
}

/** Reads a payload, by whichever name it goes; a table of a database has its text. */
function payloadOf(item: Record<string, unknown>): { question_ids?: unknown } | undefined {
  const sent = item.payload ?? item.properties ?? item.payload_json
  // The gate has let it through: it is an object, or text of one.
  return (typeof sent === 'string' ? JSON.parse(sent) : sent) as { question_ids?: unknown }
}

/** Refuses what its sender may not say, and fills in whose the rest is. */
export async function screen(
  reading: Reading,
  whose: Whose,
  documents: SessionDocuments | undefined,
  governance?: Pick<Governance, 'isSamePerson'>,
): Promise<Reading> {
  const { door, learner } = sentBy(reading.context)
  const placeOf = (index: number) =>
    standardNamed(reading.standard)?.idPath(index).slice(0, -1) ?? [index]
  const theirs = await inTurns(
    eachOf(reading.items, (item) =>
      'event' in item && learner !== undefined ? asLearner(item, learner, placeOf) : item,
    ),
  )
  if (door === undefined) return { ...reading, items: theirs }
  const sessions = await sessionsOf({ ...reading, items: theirs }, whose, documents)
  const isPerson = learner !== undefined
  const owners = await ownersAmong(theirs, sessions, whose, governance)
  const items = await inTurns(
    eachOf(theirs, (item) =>
      'event' in item ? ofSession(item, sessions, { isPerson, placeOf, owners }) : item,
    ),
  )
  return { ...reading, items }
}

type PlaceOf = (index: number) => Issue['path']

function asLearner(item: Readable, learner: string, placeOf: PlaceOf): ReadItem {
  const { actorId } = item.event
  if (actorId === learner) return item
  if (actorId === undefined) return ownedBy(item, learner)
  const message = 'Expected the person whose token this is, or nothing'
  const path = [...placeOf(item.index), 'user_id']
  return refused(item, { path, message, code: 'other_user' })
}

/** Finds the sessions that items name: those remembered, and those that begin in the same request. */
async function sessionsOf(
  { standard, context, items }: Reading,
  { tenantId }: Whose,
  documents: SessionDocuments | undefined,
): Promise<Map<string, Session>> {
  const known = new Map<string, Session>()
  const readable = items.filter((item) => 'event' in item)
  const named = new Set(readable.flatMap(({ event }) => event.sessionId ?? []))
  await inParts([...named], async (sessionId) => {
    const document = await documents?.get(tenantId, keyOf(sessionId))
    if (document === undefined) return
    known.set(sessionId, JSON.parse(Buffer.from(document.bytes).toString()) as Session)
  })
  const { learner, begins } = sentBy(context)
  if (learner !== undefined || begins === 'none') return known
  const type = standardNamed(standard)?.beginsSession
  for (const item of readable) {
    const session = item.event.type === type ? begun(item) : undefined
    if (session !== undefined && !known.has(session.sessionId)) {
      known.set(session.sessionId, session)
    }
  }
  return known
}

function ofSession(
  item: Readable,
  sessions: Map<string, Session>,
  {
    isPerson,
    placeOf,
    owners,
  }: { isPerson: boolean; placeOf: PlaceOf; owners: ReadonlySet<string> },
): ReadItem {
  const { index, event } = item
  const session = sessions.get(event.sessionId ?? '')
  const { actorId = session?.userId } = event
  const isOwn =
    session !== undefined &&
    (actorId === session.userId || owners.has(ownerName(actorId!, session.userId)))
  if (!isOwn) {
    const path = [...placeOf(index), 'session_id']
    // Nobody learns whether another's session is there.
    if (session === undefined && !isPerson) {
      const message = 'No session with this id was created here'
      return refused(item, { path, message, code: 'unknown_session' })
    }
    const message = 'The session is not one of this user'
    return refused(item, { path, message, code: 'not_session_owner' })
  }
  const { question_id: sent } = JSON.parse(event.raw) as { question_id?: unknown }
  const question = textOf(sent)
  if (question !== undefined && session.questionIds?.includes(question) === false) {
    const path = [...placeOf(index), 'question_id']
    const message = 'The question is not one of this session'
    return refused(item, { path, message, code: 'question_not_in_session' })
  }
  // A policy has yet to be asked by which name its person is kept.
  return event.actorId === undefined ? ownedBy(item, session.userId) : item
}

const ownerName = (sent: string, kept: string) => JSON.stringify([sent, kept])

/** Finds who sends under the own name what is of a session that is kept under another. */
async function ownersAmong(
  items: readonly ReadItem[],
  sessions: ReadonlyMap<string, Session>,
  { tenantId }: Whose,
  governance: Pick<Governance, 'isSamePerson'> | undefined,
): Promise<Set<string>> {
  const asked = new Map<string, [sent: string, kept: string]>()
  for (const item of items) {
    const { actorId, sessionId = '' } = 'event' in item ? item.event : {}
    const kept = sessions.get(sessionId)?.userId
    if (actorId === undefined || kept === undefined || actorId === kept) continue
    asked.set(ownerName(actorId, kept), [actorId, kept])
  }
  const owners = new Set<string>()
  if (governance === undefined) return owners
  await inParts([...asked], async ([name, [sent, kept]]) => {
    if (await governance.isSamePerson(tenantId, sent, kept)) owners.add(name)
  })
  return owners
}

function ownedBy(item: Readable, actorId: string): Readable {
  const { event } = item
  if (event.actorId === actorId) return item
  const memberId = event.membershipRoles === undefined ? event.memberId : actorId
  return { ...item, event: { ...event, actorId, memberId } }
}

function refused({ index, id, event }: Readable, issue: Issue): Refused {
  return { index, id, raw: event.raw, errors: [issue] }
}

/** Reads an id as text: a number is the same id as its digits. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return Number.isSafeInteger(value) ? String(value) : undefined
}

async function inParts<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    await Promise.all(items.slice(from, from + AT_ONCE).map(work))
  }
}
