import { expect, it } from 'bun:test'
import { fakePage } from '../fakes'
import { checkStore } from './check-store'
import { localStore } from './local'

it('localStorage keeps what a store promises', async () => {
  using _ = fakePage()
  await checkStore(localStore)
})

it('localStorage that is full in mid-write says so, and goes on when there is room', async () => {
  using page = fakePage()
  const store = localStore
  page.local.room = 25
  const put = (entries: [string, string][]) => store.put('seq/s', () => ({ entries, count: 3 }))
  const refused = put([
    ['a/1/x', 'x'.repeat(10)],
    ['a/2/y', 'y'.repeat(10)],
    ['a/3/z', 'z'.repeat(10)],
  ])
  expect(refused).rejects.toThrow('full')
  await refused.catch(() => undefined)
  await store.delete(['a/1/x', 'a/2/y', 'a/3/z'])
  expect(await store.keys()).toEqual(['seq/s'])
  await put([['a/4/x', 'x'.repeat(10)]])
  expect(await store.read(['a/4/x'])).toEqual(['x'.repeat(10)])
})

it('localStorage leaves alone what others keep there', async () => {
  using page = fakePage()
  page.local.setItem('theirs', '1')
  const store = localStore
  await store.put('seq/s', () => ({ entries: [['a/1/x', '3']], count: 1 }))
  expect(await store.keys()).toEqual(['a/1/x', 'seq/s'])
  await store.erase()
  expect([...page.local.entries.keys()]).toEqual(['theirs'])
})
