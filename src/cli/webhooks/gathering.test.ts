import { expect, it } from 'bun:test'
import type { EventRecord } from '../../event/record'
import { createGathering } from './gathering'

const event = (eventId: string) => ({ eventId }) as EventRecord

function aScene(batch: { maxEvents: number; maxSeconds: number }) {
  const delivered: string[] = []
  let free = Promise.resolve()
  const gathering = createGathering(batch, async (events) => {
    await free
    delivered.push(events.map(({ eventId }) => eventId).join(''))
  })
  return {
    ...gathering,
    delivered,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      free = promise
      return resolve
    },
  }
}

it('delivers as soon as there are enough, or the first has waited long enough', async () => {
  const { add, delivered } = aScene({ maxEvents: 2, maxSeconds: 0.02 })
  for (const id of ['a', 'b', 'c']) await add(event(id))
  expect(delivered).toEqual(['ab'])
  await Bun.sleep(40)
  expect(delivered).toEqual(['ab', 'c'])
})

it('has one message under way at a time, and whoever fills the next waits', async () => {
  const { add, delivered, hold, end } = aScene({ maxEvents: 1, maxSeconds: 60 })
  const release = hold()
  const adding = [add(event('a')), add(event('b'))]
  let isThere = false
  void Promise.all(adding).then(() => {
    isThere = true
  })
  await Bun.sleep(5)
  expect([isThere, delivered]).toEqual([false, []])
  release()
  await end()
  expect(delivered).toEqual(['a', 'b'])
})

it('delivers at its end what it has, and tells of a failure at the next event', async () => {
  const { add, delivered, end } = aScene({ maxEvents: 9, maxSeconds: 60 })
  await add(event('a'))
  await end()
  expect(delivered).toEqual(['a'])

  const failing = createGathering({ maxEvents: 9, maxSeconds: 0 }, () =>
    Promise.reject(new Error('broken')),
  )
  await failing.add(event('a'))
  await Bun.sleep(5)
  expect(failing.add(event('b'))).rejects.toThrow('broken')
  expect(failing.end()).rejects.toThrow('broken')
})
