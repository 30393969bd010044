import { expect } from 'bun:test'
import type { Finder, FinderName, Fragment, StatementEntry } from '../../src/event/statement'
import type { StatementQuery, StatementStore } from '../../src/platform/statement-store'

/** The UUID of a statement of a test, by its number. */
export function statementId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

/** A moment of a test's hour, in which statements are stored: seconds, or parts of one. */
export function moment(seconds: number): string {
  return new Date(Date.parse('2026-11-28T11:00:00.000Z') + seconds * 1000).toISOString()
}

/** After everything that is stored at a `moment` of the first half hour. */
export const LATER = new Date('2026-11-28T12:00:00.000Z')

export const byAgent = (value: string): Finder => ({ by: 'agent', value })
export const byVerb = (value: string): Finder => ({ by: 'verb', value })

type Said = Partial<Record<FinderName, string>>

export interface StatementPlan {
  tenantId?: string
  /** It is stored at `moment(at)`; at `moment(number)` when it is not given. */
  at?: number
  said?: Said
  finders?: readonly Finder[]
  /** The number of a statement. */
  refersTo?: number
  /** The number of a statement, to which it refers as well. */
  voids?: number
  activities?: readonly Fragment[]
  agents?: readonly Fragment[]
  expiresAt?: string
  /** Anything to stand in the text. */
  text?: unknown
}

/** A statement as a standard makes it of a record: of one agent and verb, unless it says otherwise. */
export function aStatement(number: number, plan: StatementPlan = {}): StatementEntry {
  const { at = number, said = { agent: 'mbox:ada', verb: 'seen' }, voids, text } = plan
  const refersTo = voids ?? plan.refersTo
  const id = statementId(number)
  const stored = moment(at)
  const finders = Object.entries(said).map(([by, value]) => ({ by: by as FinderName, value }))
  return {
    tenantId: plan.tenantId ?? 'school',
    statementId: id,
    stored,
    json: JSON.stringify({ id, stored, ...said, ...(text !== undefined && { text }) }),
    finders: plan.finders ?? finders,
    ...(refersTo !== undefined && { refersTo: statementId(refersTo) }),
    voids: voids !== undefined,
    activities: plan.activities ?? [],
    agents: plan.agents ?? [],
    expiresAt: plan.expiresAt ?? '2027-11-28T00:00:00.000Z',
  }
}

/**
 * Makes an empty store, whose clock says `LATER` when none is given: whatever tests store was
 * stored half an hour before, so that nothing of it is too young for any reader.
 */
export type CreateStatementStore = (options?: { now?: () => Date }) => Promise<StatementStore>

const ALL: StatementQuery = { finders: [], ascending: true }
const WIDE = { limit: 100, maxBytes: 1_000_000 }

/** The number of a statement of `aStatement`. */
export const numberOf = ({ statementId: id }: { statementId: string }) =>
  Number.parseInt(id.slice(-12), 16)

/** The numbers of all that is found, page by page. */
export async function findAll(
  store: StatementStore,
  query: Partial<StatementQuery> = {},
  { tenantId = 'school', limit = 100 } = {},
): Promise<number[]> {
  const found: number[] = []
  let cursor: string | undefined
  do {
    const page = { ...WIDE, limit, cursor }
    const { statements, nextCursor } = await store.query(tenantId, { ...ALL, ...query }, page)
    expect(statements.length).toBeLessThanOrEqual(limit)
    found.push(...statements.map(numberOf))
    cursor = nextCursor
  } while (cursor !== undefined)
  return found
}
