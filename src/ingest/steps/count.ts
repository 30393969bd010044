import {
  type ConformanceCounts,
  nameOfCounted,
  type Tally,
} from '../../platform/conformance-counts'
import type { Watch } from '../../watch/watch'
import type { Origin, Outcome, Refused, Stored } from '../arrival'

interface Needs {
  /** Without it, nothing is counted. */
  conformance?: Pick<ConformanceCounts, 'add'> | undefined
  watch?: Pick<Watch, 'arrived'> | undefined
}

type Counting = Pick<Outcome, 'stored' | 'withheld' | 'counted'> & {
  refused: readonly Pick<Refused, 'errors'>[]
}

// Requests that were spilled by a version before keys were noted have none.
const NO_KEY = 'unknown'

/** Counts how a request fared, for the conformance of its source and for who runs the server. */
export function countWith({ conformance, watch }: Needs) {
  return function count(origin: Origin, { stored, refused, withheld, counted }: Counting): void {
    const tally = tallyOf(stored, refused)
    conformance?.add(origin, origin.receivedAt, { ...tally, ...withheldBy(withheld, counted) })
    const { tenantId, sourceId, receivedAt, server } = origin
    const sender = { tenantId, sourceId, keyId: server.subject ?? NO_KEY }
    watch?.arrived(sender, receivedAt, { stored, quarantined: refused.length, withheld })
  }
}

/** Counts the items of a request by outcome, and their issues by code, each code once an item. */
function tallyOf(items: readonly Stored[], refused: readonly Pick<Refused, 'errors'>[]): Tally {
  const issues: Record<string, number> = {}
  const note = (code: string) => {
    issues[code] = (issues[code] ?? 0) + 1
  }
  let stored = 0
  let conformant = 0
  for (const { item, isDuplicate } of items) {
    if (isDuplicate) continue
    stored += 1
    if (item.event.conformant) conformant += 1
    item.event.issueCodes.forEach(note)
  }
  for (const { errors } of refused) new Set(errors.map(({ code }) => code)).forEach(note)
  return { stored, conformant, quarantined: refused.length, issues }
}

/** Counts what a policy withheld, by rule; of rules that count for want of consent, by type as well. */
function withheldBy(
  withheld: Outcome['withheld'],
  counted: Outcome['counted'],
): Pick<Tally, 'withheld' | 'countedTypes'> | undefined {
  if (withheld.length === 0) return undefined
  const rules = Object.fromEntries(withheld.map(({ rule, count }) => [rule, count]))
  if (counted.length === 0) return { withheld: rules }
  const countedTypes: Record<string, number> = {}
  for (const { rule, type } of counted) {
    const name = nameOfCounted(rule, type)
    countedTypes[name] = (countedTypes[name] ?? 0) + 1
  }
  return { withheld: rules, countedTypes }
}
