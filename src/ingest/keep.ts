import { setTimeout as wait } from 'node:timers/promises'
import type { ReadItem, Reading } from '../event/reading'
import type { Repair, ServerFacts } from '../event/record'
import type { EventStore } from '../platform/event-store'
import type { SourceMode } from '../platform/registry/sources'
import { eachOf, inTurns, type Steps } from '../syntax/steps'
import type { Kept } from './steps/acknowledge'
import { appendWith } from './steps/append'
import { holdToTheTextWith } from './steps/hold-to-the-text'
import { conflict, type Refused } from './steps/set-aside'
import { stampWith } from './steps/stamp'

interface Needs {
  events: EventStore
  config: { hotTtlDays: number }
}

/** Who sent it, and when it arrived (ISO 8601 UTC). */
export interface Arrival {
  tenantId: string
  sourceId: string
  server: ServerFacts
  receivedAt: string
  /** What somebody changed of it since. */
  repair?: Repair | undefined
  /** From when on the hot copy's time counts; by default, from its arrival. */
  storedAt?: string | undefined
  /** Of the source; lenient when absent, as for a person who replays what was refused. */
  mode?: SourceMode | undefined
}

/** What became of the items of a reading, each in the order of the request. */
export interface Sorted {
  kept: Kept[]
  refused: Refused[]
}

export type Keep = (reading: Reading, arrival: Arrival) => Promise<Sorted>

/** Stamps and appends what can be kept as events, and says what cannot. */
export function createKeep({ events, config }: Needs): Keep {
  const append = appendWith({ events, wait, now: () => performance.now(), random: Math.random })
  const { hotTtlDays } = config

  /** @throws {StorageError} all of it may be tried again: what was stored is recognised */
  return async function keep(reading, arrival) {
    const stamp = stampWith({ ...arrival, hotTtlDays })
    const holdToTheText = holdToTheTextWith({ mode: arrival.mode ?? 'lenient', reading })
    const { readable, refused } = await inTurns(sorting(reading.items, holdToTheText))

    const outcomes = await append(await inTurns(eachOf(readable, ({ event }) => stamp(event))))
    const kept: Kept[] = []
    readable.forEach((item, place) => {
      const { kind } = outcomes[place]!
      if (kind === 'conflict') refused.push(conflict(item, reading.standard))
      else kept.push({ item, isDuplicate: kind === 'duplicate' })
    })
    return { kept, refused: refused.sort((a, b) => a.index - b.index) }
  }
}

function* sorting(
  items: readonly ReadItem[],
  refuse: (item: Kept['item']) => Refused | undefined,
): Steps<{ readable: Kept['item'][]; refused: Refused[] }> {
  const readable: Kept['item'][] = []
  const refused: Refused[] = []
  for (const item of items) {
    const refusal = 'event' in item ? refuse(item) : item
    if (refusal !== undefined) refused.push(refusal)
    else readable.push(item as Kept['item'])
    yield
  }
  return { readable, refused }
}
