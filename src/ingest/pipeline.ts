import { setTimeout as wait } from 'node:timers/promises'
import type { ReadItem, Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { ServerFacts } from '../event/record'
import type { Clock } from '../platform/clock'
import type { EventStore } from '../platform/event-store'
import type { QuarantineStore } from '../platform/quarantine-store'
import { acknowledge, type Kept } from './steps/acknowledge'
import { appendWith } from './steps/append'
import { conflict, type Refused, setAsideWith } from './steps/set-aside'
import { stampWith } from './steps/stamp'

interface Needs {
  events: EventStore
  quarantine: QuarantineStore
  config: { hotTtlDays: number }
  clock: Clock
}

/** Who sent it, and when it arrived (ISO 8601 UTC; by default, now). */
export interface Sender {
  tenantId: string
  sourceId: string
  server: ServerFacts
  receivedAt?: string | undefined
}

export type Ingest = (reading: Reading, sender: Sender) => Promise<Receipt>

/** One path for every standard: stamp, append, and into quarantine with what cannot be stored. */
export function createIngest({ events, quarantine, config, clock }: Needs): Ingest {
  const append = appendWith({ events, wait, random: Math.random })
  const { hotTtlDays } = config

  /**
   * @returns the receipt, once everything it names is durable
   * @throws {StorageError} the sender may send all of it again: what was stored is recognised
   */
  return async function ingest(reading, { receivedAt = clock.now().toISOString(), ...sender }) {
    const stamp = stampWith({ ...sender, receivedAt, hotTtlDays })
    const setAside = setAsideWith({ ...sender, receivedAt, reading })
    const { readable, refused } = sort(reading.items)

    const outcomes = await append(readable.map(({ event }) => stamp(event)))
    const kept: Kept[] = []
    readable.forEach((item, place) => {
      const { kind } = outcomes[place]!
      if (kind === 'conflict') refused.push(conflict(item, reading.standard))
      else kept.push({ item, isDuplicate: kind === 'duplicate' })
    })

    const unkept = refused.map(setAside).sort((a, b) => a.index - b.index)
    if (unkept.length > 0) await quarantine.put(unkept)
    return acknowledge(sender.server.requestId, kept, unkept)
  }
}

type Readable = Kept['item']

function sort(items: readonly ReadItem[]): { readable: Readable[]; refused: Refused[] } {
  const readable: Readable[] = []
  const refused: Refused[] = []
  for (const item of items) {
    if ('event' in item) readable.push(item)
    else refused.push(item)
  }
  return { readable, refused }
}
