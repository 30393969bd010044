import type { Database } from 'bun:sqlite'
import { inSlices, type Steps } from '../../../syntax/steps'
import type { TokenSigner } from '../../shared/page-token'
import type {
  HeldStatement,
  StatementPage,
  StatementPageRequest,
  StatementQuery,
} from '../../statement-store'
import type { Turns } from '../../turns'
import { guarded } from '../database'
import { createCandidates, type Effort, type Range } from './candidates'
import type { Consistency } from './consistency'
import type { Finders } from './finders'
import { type StatementKeys, unpackId } from './keys'
import type { Place } from './place'
import type { TenantNumbers } from './tenants'

interface Row {
  id: Uint8Array
  tenant: number
  stored: number
  expires: number
  voided: number
  json: string
}

/** A cursor says this: where the page ended, and the last that had been added at the first page. */
type Cursor = [stored: number, seq: number, top: number]

// A page looks at so many rows in vain, which takes some 50 ms in slices. The next one goes on.
const MAX_EFFORT = 10_000

interface Needs {
  keys: StatementKeys
  tenants: TenantNumbers
  finders: Finders
  consistency: Consistency
  tokens: TokenSigner
  turns: Turns
  now(): number
  /** The last place in the order of adding. */
  newest(): number
}

export function createSearch(db: Database, needs: Needs) {
  const { keys, tenants, finders, consistency, tokens, turns, now, newest } = needs
  const candidates = createCandidates(finders)
  const select = db.query<Row, [number]>(
    'SELECT id, tenant, stored, expires, voided, json FROM statements WHERE seq = ?',
  )

  function* reading(asked: {
    keys: readonly bigint[]
    range: Range
    tenant: number
    top: number
    page: Pick<StatementPageRequest, 'limit' | 'maxBytes'>
  }): Steps<{ statements: HeldStatement[]; last: Place | undefined }> {
    const { range, tenant, top, page } = asked
    const statements: HeldStatement[] = []
    const effort: Effort = { rows: 0 }
    const time = now()
    let last = range.after
    let bytes = 0
    for (const { place, isFound } of candidates(asked.keys, range, effort)) {
      if (effort.rows > MAX_EFFORT && last !== undefined) return { statements, last }
      if (isFound && place.seq <= top) {
        const row = select.get(place.seq)
        effort.rows += 1
        if (row !== null && row.tenant === tenant && row.voided === 0 && row.expires > time) {
          bytes += Buffer.byteLength(row.json)
          const isFull = statements.length > 0 && bytes > page.maxBytes
          if (statements.length === page.limit || isFull) return { statements, last }
          statements.push(heldOf(row))
        }
      }
      last = place
      yield
    }
    return { statements, last: undefined }
  }

  return async function search(
    tenantId: string,
    query: StatementQuery,
    page: StatementPageRequest,
  ): Promise<StatementPage> {
    const { finders, since, until, ascending } = query
    const question = JSON.stringify(['statements', tenantId, finders, since, until, ascending])
    const cursor =
      page.cursor === undefined ? undefined : tokens.read<Cursor>(page.cursor, question)
    const through = await consistency.settled(tenantId)
    const turn = turns.begin(tenantId)
    await turn.next()
    const tenant = guarded('reading statements', () => tenants.find(tenantId))
    const consistentThrough = new Date(through).toISOString()
    if (tenant === undefined) return { statements: [], consistentThrough }
    const [, , top = newest()] = cursor ?? []
    const asked = new Set(finders.map((finder) => keys.of(tenantId, finder)))
    const range: Range = {
      ascending,
      from: since === undefined ? 0 : Date.parse(since) + 1,
      to: Math.min(until === undefined ? through : Date.parse(until), through),
      after: cursor && { stored: cursor[0], seq: cursor[1] },
    }
    const wanted = asked.size === 0 ? [keys.all(tenantId)] : [...asked]
    const steps = guardedSteps(reading({ keys: wanted, range, tenant, top, page }))
    const { statements, last } = await inSlices(steps, turn)
    const next = last && tokens.issue([last.stored, last.seq, top] satisfies Cursor, question)
    return { statements, ...(next !== undefined && { nextCursor: next }), consistentThrough }
  }
}

export function heldOf(row: Pick<Row, 'id' | 'stored' | 'voided' | 'json'>): HeldStatement {
  return {
    statementId: unpackId(row.id),
    stored: new Date(row.stored).toISOString(),
    json: row.json,
    isVoided: row.voided === 1,
  }
}

/** Translates what SQLite throws in a step. */
function* guardedSteps<Result>(steps: Steps<Result>): Steps<Result> {
  for (;;) {
    const { done, value } = guarded('reading statements', () => steps.next())
    if (done === true) return value
    yield
  }
}
