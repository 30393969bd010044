import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Log } from '../../telemetry/log'
import { addArrivals, emptyArrivals, isSomething, later } from '../arrivals'
import type { Clock } from '../clock'
import { MAX_NOTED, slotOf } from '../shared/arrival-slots'
import type { SourceActivity } from '../source-activity'
import type { NotedArrivals } from './counts/arrivals'
import { allWritten, createSettling, type Settling } from './counts/settling'
import { keyOf } from './dynamo/attributes'
import { transact } from './dynamo/transact'
import { guarded } from './errors'

export type SettlingActivity = SourceActivity & Pick<Settling, 'settle'> & AsyncDisposable

interface Needs {
  client: DynamoDBClient
  /** Names the registry's table. */
  table: string
  clock: Clock
  log: Log
}

// The requests of ten seconds share one write. A function that ends unasked loses the counts of
// this long.
const FLUSH_MS = 10_000

/** Counts arrivals in the registry's table. Disposing writes what is still in memory. */
export function createSourceActivity({ client, table, clock, log }: Needs): SettlingActivity {
  const noted = new Map<string, NotedArrivals>()
  const settling = createSettling({
    name: 'counts of arrivals',
    everyMs: FLUSH_MS,
    isNoted: () => noted.size > 0,
    write: writeAll,
    clock,
    log,
  })

  function note({ sender, slot, lastUsedAt, lastSeenAt, arrivals }: NotedArrivals) {
    const name = keyOf(sender.tenantId, sender.sourceId, sender.keyId, slot)
    let sum = noted.get(name)
    if (sum === undefined) {
      if (noted.size >= MAX_NOTED) return
      sum = { sender, slot, lastUsedAt, lastSeenAt, arrivals: emptyArrivals() }
      noted.set(name, sum)
    }
    addArrivals(sum.arrivals, arrivals)
    sum.lastUsedAt = later(sum.lastUsedAt, lastUsedAt)
    sum.lastSeenAt = later(sum.lastSeenAt, lastSeenAt)
  }

  /**
   * Writes the slots of one sender in their order: they share an item, which has the latest times.
   * What cannot be written stays noted.
   */
  async function write(sums: NotedArrivals[]) {
    const { updatesOf } = await import('./counts/arrivals')
    const left = sums.sort((a, b) => (a.slot < b.slot ? -1 : 1))
    try {
      for (let sum = left[0]; sum !== undefined; sum = left[0]) {
        // As for conformance: a lost reply must not count twice, and one that meets another waits.
        await transact(client, updatesOf(table, sum), 1)
        left.shift()
      }
    } catch (error) {
      left.forEach(note)
      throw error
    }
  }

  async function writeAll() {
    const senders = [...bySender(noted.values()).values()]
    noted.clear()
    await allWritten(senders.map(write))
  }

  return {
    add({ tenantId, sourceId, keyId }, at, arrivals) {
      const sender = { tenantId, sourceId, keyId }
      const sum = { ...emptyArrivals(), ...arrivals }
      const lastSeenAt = isSomething(arrivals) ? at : undefined
      note({ sender, slot: slotOf(at), lastUsedAt: at, lastSeenAt, arrivals: sum })
    },

    settle: settling.settle,

    read: (tenantId, now) =>
      guarded('reading counts of arrivals', async () => {
        await settling.flush()
        const { readSeen } = await import('./counts/read-seen')
        return readSeen(client, table, tenantId, now)
      }),

    [Symbol.asyncDispose]: settling[Symbol.asyncDispose],
  }
}

function bySender(sums: Iterable<NotedArrivals>): Map<string, NotedArrivals[]> {
  const senders = new Map<string, NotedArrivals[]>()
  for (const sum of sums) {
    const { tenantId, sourceId, keyId } = sum.sender
    const name = keyOf(tenantId, sourceId, keyId)
    senders.set(name, [...(senders.get(name) ?? []), sum])
  }
  return senders
}
