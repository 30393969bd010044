import { describe, expect, it } from 'bun:test'
import type { EventFilter } from '../../src/event/filter'
import { matchesFilter } from '../../src/event/filter'
import type { EventRecord } from '../../src/event/record'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

const ids = (records: readonly EventRecord[]) => records.map(({ eventId }) => eventId)
const START = Date.UTC(2026, 10, 21, 9)
const MINUTE = 60_000
const at = (minute: number) => new Date(START + minute * MINUTE).toISOString()

describe('blocks of the log that arrived too early', () => {
  // Minutes of the wall clock, which is set back by two hours after the third part.
  const parts = [0, 60, 240, 120, 180, 300]
  let minute = 0
  const now = () => new Date(START + minute * MINUTE)

  function recordsAt(part: number): EventRecord[] {
    return Array.from({ length: 4500 }, (_, n) =>
      aRecord({
        type: `T${n % 4}`,
        receivedAt: at(part),
        eventTime: at((n * 31) % 500),
        expiresAt: at(100_000),
      }),
    )
  }

  const filters: EventFilter[] = [
    { receivedFrom: at(230) },
    { receivedFrom: at(130), type: 'T1' },
    { receivedFrom: at(299) },
    { receivedFrom: at(301) },
    { receivedFrom: at(60), receivedTo: at(121), type: 'T2' },
  ]

  it('are passed over, and nothing that is asked for with them', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path, now)
    const all: EventRecord[] = []
    for (const part of parts) {
      minute = part
      const records = recordsAt(part)
      all.push(...records)
      for (let from = 0; from < records.length; from += 1000) {
        await store.append(records.slice(from, from + 1000))
      }
    }
    for (const filter of filters) {
      const wanted = all.filter((record) => matchesFilter(record, filter)).toReversed()
      const latest: string[] = []
      const queried: string[] = []
      let pages = 0
      for (const [found, read] of [
        [latest, store.latest],
        [queried, store.query],
      ] as const) {
        let cursor: string | undefined
        do {
          const page = await read('default', filter, { limit: 1000, cursor })
          found.push(...ids(page.items))
          cursor = page.nextCursor
          pages += 1
        } while (cursor !== undefined)
      }
      expect(latest).toEqual(ids(wanted))
      expect(queried.toSorted()).toEqual(ids(wanted).toSorted())
      // A page that looked at all of them would find nothing in seven.
      expect(pages).toBeLessThan(wanted.length / 400 + 16)
    }
  }, 30_000)
})
