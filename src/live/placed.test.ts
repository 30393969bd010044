import { describe, expect, it } from 'bun:test'
import { aPrincipal } from '../../tests/support/principal'
import { AppError } from '../error/app-error'
import type { Live, Sink, Subscription } from './live'
import { placed } from './placed'

/** Subscriptions of one process that do as they are told, and places that are counted. */
function aScene(fails = false) {
  const taken: string[] = []
  const left: string[] = []
  let given: Sink | undefined
  const live: Live = {
    async subscribe({ sink }: Subscription) {
      if (fails) throw new AppError('invalid_cursor', 'no')
      given = sink
      return { id: 'sub_1', from: 'p0', update() {}, ready() {}, [Symbol.dispose]() {} }
    },
    state: () => ({ subscribers: 1, queued: 0 }),
    async [Symbol.asyncDispose]() {},
  }
  const principal = aPrincipal()
  const both = placed(live, async (tenantId) => {
    taken.push(tenantId)
    return { [Symbol.dispose]: () => void left.push(tenantId) }
  })
  const told: string[] = []
  const sink: Sink = { take: () => true, resync() {}, end: (reason) => void told.push(reason) }
  return {
    ...{ taken, left, told, tenantId: principal.tenantId },
    end: () => given!.end('revoked'),
    subscribe: () => both.subscribe({ principal, sink }),
  }
}

describe('a subscription with a place', () => {
  it('takes one of its tenant, and leaves it once', async () => {
    const { taken, left, tenantId, subscribe } = aScene()
    const subscriber = await subscribe()
    expect([subscriber.id, subscriber.from, taken, left]).toEqual(['sub_1', 'p0', [tenantId], []])
    subscriber[Symbol.dispose]()
    subscriber[Symbol.dispose]()
    expect(left).toEqual([tenantId])
  })

  it('leaves it when it is ended from the other side', async () => {
    const { left, told, tenantId, subscribe, end } = aScene()
    const subscriber = await subscribe()
    end()
    subscriber[Symbol.dispose]()
    expect([left, told]).toEqual([[tenantId], ['revoked']])
  })

  it('leaves it when it cannot be', async () => {
    const { left, tenantId, subscribe } = aScene(true)
    await expect(subscribe()).rejects.toThrow()
    expect(left).toEqual([tenantId])
  })
})
