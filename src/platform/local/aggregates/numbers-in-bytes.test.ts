import { expect, it } from 'bun:test'
import fc from 'fast-check'
import { createNumberWriter, NumberReader } from './numbers-in-bytes'

it('reads the numbers that were written, and no more', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), fc.array(fc.nat(200)), (large, small) => {
      const writer = createNumberWriter(8)
      const numbers = [...large, ...small, Number.MAX_SAFE_INTEGER]
      for (const number of numbers) writer.put(number)
      const bytes = writer.take()
      expect(writer.length()).toBe(0)
      writer.put(7)
      writer.append(bytes)
      const reader = new NumberReader(writer.take())
      const found: number[] = []
      while (reader.hasMore()) found.push(reader.next())
      expect(found).toEqual([7, ...numbers])
    }),
  )
})
