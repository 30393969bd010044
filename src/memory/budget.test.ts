import { describe, expect, it } from 'bun:test'
import { createBudget, type Lease } from './budget'

const CAPACITY = 1000

/** Asks for a lease, and notes whether it was granted. */
function asking(lease: Promise<Lease>) {
  const asked = { state: 'waits' as 'waits' | 'in' | 'refused', lease }
  lease.then(
    () => (asked.state = 'in'),
    () => (asked.state = 'refused'),
  )
  return asked
}
const turnEnd = () => new Promise((resolve) => setImmediate(resolve))

describe('the memory for what comes in', () => {
  it('is given at once while there is some, and given back', async () => {
    const budget = createBudget({ capacity: CAPACITY })
    const one = await budget.lease('a', 300)
    const other = await budget.lease('b', 300)
    expect(budget.held()).toBe(600)
    one.release()
    one.release()
    other.release()
    expect(budget.held()).toBe(0)
  })

  it('is given to one tenant up to half, so that another has room at once', async () => {
    const budget = createBudget({ capacity: CAPACITY })
    for (let held = 0; held < 5; held += 1) await budget.lease('a', 100)
    const sixth = asking(budget.lease('a', 100))
    const other = asking(budget.lease('b', 100))
    await turnEnd()
    expect([sixth.state, other.state]).toEqual(['waits', 'in'])
  })

  it('is given to callers without a key up to an eighth', async () => {
    const budget = createBudget({ capacity: CAPACITY })
    await budget.lease(undefined, 100)
    const second = asking(budget.lease(undefined, 100))
    await turnEnd()
    expect(second.state).toBe('waits')
  })

  it('is given to one body of any size, to whomever', async () => {
    for (const tenantId of ['a', undefined]) {
      const budget = createBudget({ capacity: CAPACITY })
      expect(asking(budget.lease(tenantId, CAPACITY)).lease).resolves.toBeDefined()
    }
    const budget = createBudget({ capacity: CAPACITY })
    const lease = await budget.lease('a', CAPACITY)
    lease.arrived()
    await lease.grow(10 * CAPACITY)
    lease.release()
    expect(budget.held()).toBe(0)
  })

  it('is for so many of one tenant, and a few of another however many there are', async () => {
    const budget = createBudget({ capacity: CAPACITY, maxPlaces: 2 })
    const held = await Promise.all(['a', 'a', 'b', undefined].map((who) => budget.lease(who, 1)))
    expect(budget.lease('a', 1)).rejects.toMatchObject({ code: 'busy' })
    held.push(await budget.lease('b', 1))
    held[0]!.release()
    held[0]!.release()
    held.push(await budget.lease('a', 1))
    expect(budget.lease('a', 1)).rejects.toThrow('2 requests of this tenant are not answered yet')
    const crowd = createBudget({ capacity: CAPACITY, maxPlaces: 150 })
    for (const who of ['a', 'b', 'c']) {
      for (let at = 0; at < 150; at += 1) await crowd.lease(who, 0)
    }
    for (let at = 0; at < 100; at += 1) await crowd.lease('d', 0)
    expect(crowd.lease('d', 0)).rejects.toMatchObject({ code: 'busy' })
  })

  it('is given by turns, a tenant at a time', async () => {
    const budget = createBudget({ capacity: CAPACITY })
    const holders = [await budget.lease('a', 500), await budget.lease('b', 500)]
    const waiting = ['a', 'a', 'a', 'b', 'c'].map((tenantId) => asking(budget.lease(tenantId, 250)))
    await turnEnd()
    expect(waiting.map(({ state }) => state)).toEqual(Array(5).fill('waits'))
    holders[0]!.release()
    await turnEnd()
    expect(waiting.filter(({ state }) => state === 'in')).toHaveLength(2)
    expect(waiting[4]!.state).toBe('in') // it waits behind no lease of its own tenant
    holders[1]!.release()
    await turnEnd()
    expect(waiting.filter(({ state }) => state === 'in')).toHaveLength(4)
  })

  it('lets the oldest that has come whole go on when all wait for each other', async () => {
    const budget = createBudget({ capacity: CAPACITY })
    const leases = [await budget.lease('a', 500), await budget.lease('b', 500)]
    for (const lease of leases) lease.arrived()
    await leases[0]!.grow(400)
    const second = leases[1]!.grow(400)
    leases[0]!.release()
    await second
  })

  it('is not waited for by more than can wait', async () => {
    const budget = createBudget({ capacity: CAPACITY })
    await budget.lease('a', 500)
    const waiting = Array.from({ length: 10 }, () => asking(budget.lease('a', 100, 100)))
    await turnEnd()
    // A quarter of the capacity may come unasked for one tenant.
    expect(waiting.filter(({ state }) => state === 'refused')).toHaveLength(8)
  })
})
