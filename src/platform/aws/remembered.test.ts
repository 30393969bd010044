import { expect, it } from 'bun:test'
import { remembered } from './remembered'

it('is read once for all who ask the same within its time, also when it fails', async () => {
  let now = 0
  let reads = 0
  const read = remembered(
    async (name: string, isAway = false) => {
      reads += 1
      if (isAway) throw new Error('away')
      return `${name} ${reads}`
    },
    5_000,
    { monotonic: () => now },
  )
  expect([await read('a'), await read('a')]).toEqual(['a 1', 'a 1'])
  now += 4_999
  expect(await read('a')).toBe('a 1')
  now += 1
  expect(await read('a')).toBe('a 2')
  expect(await read('b')).toBe('b 3')
  for (let n = 0; n < 5; n += 1) expect(read('c', true)).rejects.toThrow('away')
  expect(reads).toBe(4)
})
