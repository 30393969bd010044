import type { EventRecord } from '../../../event/record'
import type { AppendOutcome } from '../../event-store'
import { within } from '../../shared/whole'
import { markBytes } from './batch'
import { keyOf } from './keys'
import { type AppendNeeds, type Offer, offerOf, outcomesOf } from './offer'
import { type Staged, stageWith } from './stage'
import type { Standing } from './standing'
import { fitTogether, insertTogether } from './transaction'
import { insertItems } from './write'
import type { Item } from './write-units'

const THROTTLED = { kind: 'throttled' } as const
const WITHHELD = { kind: 'withheld' } as const

// Each try knows of the keys that the one before found taken; more only when others append the same
// ids at the same time.
const MAX_TRIES = 5

/**
 * Appends records as one, or none of them. A single item is a write like any other; up to a hundred
 * are a transaction, which costs twice as much; more are a batch (`batch.ts`).
 * @throws {StorageError} all of them or none may be stored
 * @throws {AppError} `too_large`
 */
export async function appendWhole(
  needs: AppendNeeds,
  records: readonly EventRecord[],
): Promise<AppendOutcome[]> {
  const { events, standingsOf, maxTogether } = needs
  const stage = stageWith(needs)
  const keys = within(records).map(({ tenantId, eventId }) => keyOf(tenantId, eventId))
  const offer = await offerOf(needs, { records, keys, reserve: markBytes(keys) })
  const held = new Map<string, Standing>()
  let isRead = false

  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const outcomes = outcomesOf(offer, ifStored(offer, held))
    if (outcomes.some(({ kind }) => kind === 'conflict')) return withheldBeside(outcomes)
    const missing = [...offer.items].flatMap(([key, item]) => (held.has(key) ? [] : [item]))
    if (missing.length === 0) return outcomes
    const { kind, standing } = await write(missing)
    for (const [key, found] of standing) held.set(key, found)
    if (kind === 'stored') return outcomesOf(offer, ifStored(offer, held))
    if (kind === 'busy') break
  }
  return records.map(() => THROTTLED)

  /** Writes all or nothing. */
  async function write(missing: readonly Item[]): Promise<Staged> {
    const isBatch = !fitTogether(missing, maxTogether)
    // A batch leaves traces where it fails, so what can be known before is read before.
    if (isBatch && isRead) return stage(missing, offer.token)
    if (!isBatch) {
      const kind = missing.length === 1 ? await writeOne(missing[0]!) : await writeFew(missing)
      if (kind !== 'taken') return { kind, standing: new Map() }
    }
    const keys = missing.map(({ k }) => k!.S!)
    const { standing, blocked } = await standingsOf(keys, offer.token)
    isRead = true
    return { kind: blocked.length > 0 ? 'busy' : 'taken', standing }
  }

  async function writeOne(item: Item) {
    const [written] = await insertItems(events, [item])
    return written === 'held' ? 'taken' : written!
  }

  function writeFew(items: readonly Item[]) {
    return insertTogether(events, items)
  }
}

/** Tells what would stand if everything were stored that is not held. */
function ifStored({ items }: Offer, held: ReadonlyMap<string, Standing>) {
  const offered = [...items].map(([key, { h }]) => [key, { hash: h!.B!, isOurs: true }] as const)
  return new Map<string, Standing>([...offered, ...held])
}

/** Says that nothing is stored because of the records in conflict. */
function withheldBeside(outcomes: readonly AppendOutcome[]): AppendOutcome[] {
  return outcomes.map((outcome) => (outcome.kind === 'conflict' ? outcome : WITHHELD))
}
