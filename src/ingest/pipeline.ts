import { setTimeout as wait } from 'node:timers/promises'
import type { ReadItem, Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { ServerFacts } from '../event/record'
import type { Clock } from '../platform/clock'
import type { ConformanceCounts } from '../platform/conformance-counts'
import type { EventStore } from '../platform/event-store'
import type { QuarantineStore } from '../platform/quarantine-store'
import type { SourceMode } from '../platform/registry'
import { acknowledge, type Kept } from './steps/acknowledge'
import { appendWith } from './steps/append'
import { holdToTheTextWith } from './steps/hold-to-the-text'
import { conflict, type Refused, setAsideWith } from './steps/set-aside'
import { stampWith } from './steps/stamp'
import { tallyOf } from './steps/tally'

interface Needs {
  events: EventStore
  quarantine: QuarantineStore
  /** Left out, nothing is counted. */
  conformance?: Pick<ConformanceCounts, 'add'> | undefined
  config: { hotTtlDays: number }
  clock: Clock
}

/** Who sent it, and when it arrived (ISO 8601 UTC; by default, now). */
export interface Sender {
  tenantId: string
  sourceId: string
  server: ServerFacts
  receivedAt?: string | undefined
  /** Of the source; lenient when absent. */
  mode?: SourceMode | undefined
}

export type Ingest = (reading: Reading, sender: Sender) => Promise<Receipt>

/** One path for every standard: stamp, append, and into quarantine with what cannot be stored. */
export function createIngest({ events, quarantine, conformance, config, clock }: Needs): Ingest {
  const append = appendWith({ events, wait, random: Math.random })
  const { hotTtlDays } = config

  /**
   * @returns the receipt, once everything it names is durable
   * @throws {StorageError} the sender may send all of it again: what was stored is recognised
   */
  return async function ingest(
    reading,
    { receivedAt = clock.now().toISOString(), mode, ...sender },
  ) {
    const stamp = stampWith({ ...sender, receivedAt, hotTtlDays })
    const setAside = setAsideWith({ ...sender, receivedAt, reading })
    const holdToTheText = holdToTheTextWith({ mode: mode ?? 'lenient', reading })
    const { readable, refused } = sort(reading.items, holdToTheText)

    const outcomes = await append(readable.map(({ event }) => stamp(event)))
    const kept: Kept[] = []
    readable.forEach((item, place) => {
      const { kind } = outcomes[place]!
      if (kind === 'conflict') refused.push(conflict(item, reading.standard))
      else kept.push({ item, isDuplicate: kind === 'duplicate' })
    })

    const unkept = refused.map(setAside).sort((a, b) => a.index - b.index)
    if (unkept.length > 0) await quarantine.put(unkept)
    conformance?.add(sender, receivedAt, tallyOf(kept, refused))
    return acknowledge(sender.server.requestId, kept, unkept)
  }
}

type Readable = Kept['item']

function sort(
  items: readonly ReadItem[],
  refuse: (item: Readable) => Refused | undefined,
): { readable: Readable[]; refused: Refused[] } {
  const readable: Readable[] = []
  const refused: Refused[] = []
  for (const item of items) {
    const refusal = 'event' in item ? refuse(item) : item
    if (refusal !== undefined) refused.push(refusal)
    else readable.push(item as Readable)
  }
  return { readable, refused }
}
