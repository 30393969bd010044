import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'put' | 'list' | 'delete'>
  clock: Pick<Clock, 'now'>
  /** Events are held in the hot store for so many days. */
  hotDays: number
}

const PREFIX = ['budgets', 'hot']
const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Counts the bytes of events by tenant and day of arrival. What was counted is durable once it was
 * written; a kill loses what was not.
 */
export function createHotBytes({ documents, clock, hotDays }: Needs) {
  const noted = new Map<string, number>()

  const dayOf = (time: Date) => time.toISOString().slice(0, 10)
  const oldest = () => dayOf(new Date(clock.now().getTime() - hotDays * DAY_MS))

  async function addTo(tenantId: string, day: string, bytes: number) {
    for (;;) {
      const key = [...PREFIX, day]
      const found = await documents.get(tenantId, key)
      const { nonce, sum } = readSum(found?.bytes)
      // The etag knows nothing but the bytes: of two who add the same, both must be heard.
      const next = { sum: sum + bytes, nonce: nonce + 1 }
      const content = { bytes: Buffer.from(JSON.stringify(next)), contentType: 'application/json' }
      const condition = found ? { ifMatch: found.etag } : { ifNoneMatch: '*' as const }
      const { kind } = await documents.put(tenantId, key, content, condition)
      if (kind === 'stored') return
    }
  }

  return {
    add(tenantId: string, bytes: number) {
      const key = JSON.stringify([tenantId, dayOf(clock.now())])
      noted.set(key, (noted.get(key) ?? 0) + bytes)
    },

    async settle(): Promise<void> {
      const taken = [...noted]
      noted.clear()
      for (const [key, bytes] of taken) {
        const [tenantId, day] = JSON.parse(key) as [string, string]
        try {
          await addTo(tenantId, day, bytes)
        } catch (error) {
          noted.set(key, (noted.get(key) ?? 0) + bytes)
          throw error
        }
      }
    },

    /** Sums up what is held by now, and forgets the days whose events are gone. */
    async read(tenantId: string): Promise<number> {
      const { items } = await documents.list(tenantId, PREFIX, { limit: 1000 })
      let sum = 0
      for (const { key } of items) {
        const isGone = key.at(-1)! < oldest()
        if (isGone) await documents.delete(tenantId, key)
        else sum += readSum((await documents.get(tenantId, key))?.bytes).sum
      }
      for (const [key, bytes] of noted) {
        if ((JSON.parse(key) as string[])[0] === tenantId) sum += bytes
      }
      return sum
    },
  }
}

function readSum(bytes: Uint8Array | undefined): { sum: number; nonce: number } {
  if (bytes === undefined) return { sum: 0, nonce: 0 }
  return JSON.parse(Buffer.from(bytes).toString()) as { sum: number; nonce: number }
}
