import { expect, it } from 'bun:test'
import { inParallel } from './in-parallel'

const numbers = Array.from({ length: 20 }, (_, n) => n)

it('works through a list a few at a time, and gives the results in its order', async () => {
  let underWay = 0
  let most = 0
  const doubled = await inParallel(numbers, 4, async (n) => {
    underWay += 1
    most = Math.max(most, underWay)
    await Bun.sleep(n % 3)
    underWay -= 1
    return n * 2
  })
  expect(doubled).toEqual(numbers.map((n) => n * 2))
  expect(most).toBe(4)
})

it('begins nothing more once one has failed, and ends when none is under way', async () => {
  const begun: number[] = []
  let underWay = 0
  const working = inParallel(numbers, 4, async (n) => {
    begun.push(n)
    underWay += 1
    await Bun.sleep(n === 1 ? 0 : 5)
    underWay -= 1
    if (n === 1) throw new Error('the second fails')
  })
  await expect(working).rejects.toThrow('the second fails')
  expect(begun).toEqual([0, 1, 2, 3])
  // A function is frozen after its reply: work that went on would be cut off in the middle.
  expect(underWay).toBe(0)
})
