import { expect, it } from 'bun:test'
import { memoryBlobs } from '../../../../tests/support/blobs'
import { readSpilled, writeSpilled } from '../../../ingest/spill'
import { readNative } from '../../../standards/native/parse'
import type { Search } from './place'
import { spillPlace } from './spill'

const receivedAt = '2026-11-30T09:00:00.000Z'

async function aRequest(tenantId: string, ...users: string[]) {
  const items = users.map((user_id, at) => ({ event_type: 'click', event_id: `e${at}`, user_id }))
  const reading = readNative(JSON.stringify(items), { receivedAt, context: {} })
  const server = { requestId: 'r' }
  return writeSpilled({ reading, arrival: { tenantId, sourceId: 's', receivedAt, server } })
}

it('people are taken out of every lane, a thousand requests a call, and all of them are counted', async () => {
  const blobs = memoryBlobs()
  const lane = (at: number) => (at % 256).toString(16).padStart(2, '0')
  const [mixed, own] = [await aRequest('t', 'ada', 'bob'), await aRequest('t', 'ada')]
  for (let at = 0; at < 1500; at += 1) {
    await blobs.put(`spill/${lane(at)}/${receivedAt}-${at}`, at % 3 === 0 ? mixed : own)
  }
  await blobs.put('spill/00/foreign', await aRequest('other', 'ada'))
  await blobs.put('spill/2026-11-20/09/odd', Buffer.from('no request'))

  const place = spillPlace(blobs)
  async function search(isDryRun: boolean) {
    const asked = { tenantId: 't', actorIds: ['ada'], isDryRun } as unknown as Search
    const all = { looked: 0, found: 0, removed: 0, remains: [] as string[], calls: 0 }
    let cursor: string | undefined
    do {
      const found = await place.search(asked, cursor)
      all.looked += found.looked
      all.found += found.found
      all.removed += found.removed
      if (found.remains !== undefined) all.remains.push(found.remains)
      all.calls += 1
      cursor = found.nextCursor
    } while (cursor !== undefined)
    return all
  }

  const remains = [expect.stringContaining('1 requests under spill/ cannot be read')]
  const dry = await search(true)
  expect(dry).toEqual({ looked: 1500, found: 1500, removed: 0, remains, calls: 2 })
  expect(blobs.held.size).toBe(1502)
  expect(await search(false)).toEqual({ ...dry, removed: 1500 })
  expect(blobs.held.size).toBe(502)
  const rest = await readSpilled(blobs.held.get(`spill/00/${receivedAt}-0`)!)
  expect(rest.reading.items).toMatchObject([{ event: { actorId: 'bob' } }])
  expect(await search(false)).toMatchObject({ looked: 500, found: 0 })
})
