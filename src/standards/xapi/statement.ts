import type { EventRecord } from '../../event/record'
import { AUTHORITY_HOME, type StatementEntry } from '../../event/statement'
import { skipSpace } from '../../syntax/json-scan'
import { toUtcMillis } from '../../syntax/timestamp'
import { relations } from './activities'
import { VOIDED } from './check/rules'
import { findersOf } from './finders'
import { definitionsIn, namesIn } from './fragments'
import { type Node, nodeAt, textAt } from './node'
import { referencesIn } from './references'
import { type Edit, type Member, memberNamed, membersAt, spliced } from './splice'
import { versionOfUnnamed } from './version'

/**
 * Makes the statement of a record as it is given out, and what it is found by. The sender's text
 * stays as it was, digit for digit, but for what a record store sets (1.0.3, Data, 2.4): `id`,
 * `stored`, `authority`, and where it is missing `timestamp` and `version`; `contextActivities`
 * become arrays (2.4.6.2), and from 2.0 on a timestamp of another zone is written in UTC
 * (9274.1.1, 4.2.4.2).
 */
export function statementOf(record: EventRecord): StatementEntry {
  const statement = JSON.parse(record.raw) as Node
  const stored = record.storedAt ?? record.receivedAt
  const authority = authorityOf(record)
  const references = referencesIn(statement)
  const object = nodeAt(statement, 'object')
  const isReference = object?.objectType === 'StatementRef'
  const entry: StatementEntry = {
    tenantId: record.tenantId,
    statementId: record.eventId,
    stored,
    json: wholeText(statement, record, stored, authority),
    finders: findersOf(statement, references, authority, record),
    voids: isReference && textAt(nodeAt(statement, 'verb'), 'id') === VOIDED,
    activities: definitionsIn(references),
    agents: namesIn(references),
    expiresAt: record.expiresAt,
  }
  if (isReference) entry.refersTo = textAt(object, 'id')?.toLowerCase()
  return entry
}

/**
 * The authority is the credential: an account named after its source, at a home page that is the
 * tenant. A URN stays the same when the address of the server changes, belongs to nobody else's
 * domain, and is an IRI as everybody checks a home page.
 */
export function authorityOf({ tenantId, sourceId }: Pick<EventRecord, 'tenantId' | 'sourceId'>) {
  const homePage = AUTHORITY_HOME + encodeURIComponent(tenantId)
  return { objectType: 'Agent', account: { homePage, name: sourceId } }
}

function wholeText(statement: Node, record: EventRecord, stored: string, authority: Node): string {
  const { raw } = record
  const open = skipSpace(raw, 0)
  const members = membersAt(raw, open)
  const isLate = record.standardVersion === '2.0.0'
  const set: Record<string, string> = {
    id: JSON.stringify(record.eventId),
    stored: JSON.stringify(stored),
    authority: JSON.stringify(authority),
    ...timestampOf(statement, stored, isLate),
  }
  if (statement.version === undefined) {
    set.version = JSON.stringify(versionOfUnnamed(isLate ? '2.0.0' : '1.0.3'))
  }
  const edits: Edit[] = []
  let added = ''
  for (const [name, text] of Object.entries(set)) {
    // A text may name a member twice, and some readers take the first: none of them is the sender's.
    const own = members.filter((member) => member.name === name)
    for (const { start, end } of own) edits.push({ start, end, text })
    if (own.length === 0) added += `,${JSON.stringify(name)}:${text}`
  }
  edits.push(...arraysAround(raw, members, statement))
  const object = nodeAt(statement, 'object')
  if (object?.objectType === 'SubStatement') {
    const inner = membersAt(raw, memberNamed(members, 'object')!.start)
    edits.push(...arraysAround(raw, inner, object))
  }
  // A statement has an actor at least, so a comma may stand before what is added.
  const last = members.at(-1)!.end
  edits.push({ start: last, end: last, text: added })
  return spliced(raw, edits)
}

const UTC = /T.{5,}Z$/

function timestampOf(statement: Node, stored: string, isLate: boolean): Record<string, string> {
  const timestamp = textAt(statement, 'timestamp')
  if (timestamp === undefined) return { timestamp: JSON.stringify(stored) }
  if (!isLate || UTC.test(timestamp)) return {}
  return { timestamp: JSON.stringify(toUtcMillis(timestamp)) }
}

/** Puts brackets around each activity of a context that stands alone. */
function arraysAround(raw: string, members: readonly Member[], statement: Node): Edit[] {
  const around = nodeAt(nodeAt(statement, 'context'), 'contextActivities')
  if (around === undefined) return []
  const single = relations.filter((name) => nodeAt(around, name) !== undefined)
  if (single.length === 0) return []
  const context = memberNamed(members, 'context')!
  const activities = memberNamed(membersAt(raw, context.start), 'contextActivities')!
  const own = membersAt(raw, activities.start)
  return single.flatMap((name) => {
    const { start, end } = memberNamed(own, name)!
    return [
      { start, end: start, text: '[' },
      { start: end, end, text: ']' },
    ]
  })
}
