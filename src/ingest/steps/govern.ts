import type { ReadEvent, Reading } from '../../event/reading'
import type { ReceiptBlocked, Withheld } from '../../event/receipt'
import type { SenderVerdicts } from '../../governance/blocklist/compile'
import type { Counted, Governing } from '../../governance/governing'
import type { CommonOf } from '../../mapping/common-words'
import { addedUp } from '../added-up'
import type { Origin, Readable, Refused } from '../arrival'
import { blockedBy } from '../blocked'

/** The items of a reading, told apart: what is stored, what goes to quarantine, and what is not kept. */
export interface Ready {
  reading: Reading
  origin: Origin
  readable: readonly Readable[]
  refused: readonly Refused[]
  withheld: Withheld[]
  counted: Counted[]
  /** Its sender is blocked, with so many of them. */
  blocked?: ReceiptBlocked | undefined
  /** Sessions by the places of events that a policy leaves without: it knows whose they are all the same. */
  sessions?: ReadonlyMap<number, string> | undefined
}

interface About {
  /** The reading as it was sent, before its items were told apart. */
  sent: Reading
  commonOf: CommonOf
  verdicts?: SenderVerdicts | undefined
}

/**
 * Applies the policy of a tenant (consent, sampling, pseudonyms, retention) between `refuse` and
 * `stamp`. Its result is what is stored: nothing of what it drops has been written anywhere.
 * @throws {StorageError}
 */
export async function govern(
  governing: Governing,
  { reading, origin, readable, refused }: Ready,
  { sent, commonOf, verdicts }: About,
): Promise<Ready> {
  const { context } = reading
  const found = await governing.govern(readable, context, { commonOf, verdicts })
  const events = new Map<number, ReadEvent>()
  if (refused.length > 0) {
    for (const item of sent.items) if ('event' in item) events.set(item.index, item.event)
  }
  const eventAt = (index: number) => events.get(index)
  const clean = await governing.cleanRefused(refused, context, eventAt, verdicts)
  // Each item says what is kept of the address.
  const { ip: _, userAgent: __, ...server } = origin.server
  const kept = [...clean.refused, ...found.held].sort(byIndex)
  const { learner } = context
  return {
    reading: {
      ...reading,
      ...(learner !== undefined && { context: { ...context, learner: '' } }),
      items: [...found.kept, ...kept].sort(byIndex),
    },
    origin: { ...origin, server, isGoverned: true, keptDays: governing.keptDays },
    readable: found.kept,
    refused: kept,
    withheld: addedUp([...found.withheld, ...clean.withheld]),
    counted: found.counted,
    blocked: blockedBy([...found.blocked, ...clean.blocked]),
    sessions: sessionsWithout(readable, found.kept),
  }
}

function sessionsWithout(sent: readonly Readable[], kept: readonly Readable[]) {
  const without = new Set(
    kept.filter(({ event }) => event.sessionId === undefined).map(({ index }) => index),
  )
  const known = sent.flatMap(({ index, event: { sessionId } }) =>
    sessionId !== undefined && without.has(index) ? [[index, sessionId] as const] : [],
  )
  return known.length === 0 ? undefined : new Map(known)
}

const byIndex = (a: { index: number }, b: { index: number }) => a.index - b.index
