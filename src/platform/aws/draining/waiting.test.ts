import { expect, it } from 'bun:test'
import { memoryBlobs } from '../../../../tests/support/blobs'
import type { BlobStore } from '../../blob-store'
import { foldersThatWait } from './waiting'

/** Blobs of these keys, and how often they were listed. */
async function holding(keys: readonly string[]) {
  const blobs = memoryBlobs()
  for (const key of keys) await blobs.put(key, new Uint8Array())
  let lists = 0
  const list: BlobStore['list'] = (...asked) => {
    lists += 1
    return blobs.list(...asked)
  }
  return { blobs: { list }, lists: () => lists }
}

const lane = (at: number) => at.toString(16).padStart(2, '0')
const keysIn = (folder: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${folder}2026-11-21T09:30:00.000Z-${at}`)

it('nothing waits where nothing lies, and one list tells', async () => {
  const { blobs, lists } = await holding(['bodies/a', 'spilled/00/b'])
  expect(await foldersThatWait(blobs, { prefix: 'spill/', steps: 1 })).toEqual([])
  expect(lists()).toBe(1)
})

it('every folder is found, with a count, in hardly more lists than there are full folders', async () => {
  const lanes = Array.from({ length: 256 }, (_, at) => lane(at))
  const sizes = lanes.map((_, at) => (at % 64 === 7 ? 1500 : 3))
  const keys = lanes.flatMap((name, at) => keysIn(`spill/${name}/`, sizes[at]!))
  const { blobs, lists } = await holding([...keys, 'spill/2026-11-20/09/a', 'spilt/x'])
  const found = await foldersThatWait(blobs, { prefix: 'spill/', steps: 1 })
  const counts = new Map(found.map(({ prefix, count }) => [prefix, count]))
  expect([...counts.keys()].sort()).toEqual(
    [...lanes.map((name) => `spill/${name}/`), 'spill/2026-11-20/'].sort(),
  )
  for (const [at, name] of lanes.entries()) {
    const count = counts.get(`spill/${name}/`)!
    // A folder of more than a list is counted as far as the list went.
    if (sizes[at] === 3) expect(count).toBe(3)
    else expect(count).toBeGreaterThan(100)
  }
  expect(lists()).toBeLessThanOrEqual(10)
})

it('a folder may be some steps down, and one that lies higher up hides none', async () => {
  const [first, second] = ['aws/lambda/m1/shard-1/', 'aws/lambda/m2/shard-1/']
  const odd = keysIn('aws/lambda/', 1000)
  const { blobs } = await holding([...odd, `${first}2026/11/21/a`, `${second}2026/11/21/a`])
  const found = await foldersThatWait(blobs, { prefix: 'aws/lambda/', steps: 2 })
  expect(found.map(({ prefix, count }) => [prefix, count])).toEqual([
    ['aws/lambda/', 1000],
    [first, 1],
    [second, 1],
  ])
})

it('the oldest is told, and no more lists are made than allowed', async () => {
  const times = ['2026-11-21T09:30:00.000Z', '2026-11-20T08:00:00.000Z']
  const list: BlobStore['list'] = async () =>
    times.map((storedAt, at) => ({ key: `failed/records/${at}`, bytes: 1, storedAt }))
  const [folder] = await foldersThatWait({ list }, { prefix: 'failed/', steps: 1 })
  expect(folder).toEqual({ prefix: 'failed/records/', count: 2, oldest: Date.parse(times[1]!) })

  let lists = 0
  const endless: BlobStore['list'] = async () => {
    lists += 1
    const key = `spill/${String(lists).padStart(6, '0')}/x`
    return Array.from({ length: 1000 }, () => ({ key, bytes: 1, storedAt: times[0]! }))
  }
  await foldersThatWait({ list: endless }, { prefix: 'spill/', steps: 1 })
  expect(lists).toBe(600)
})
