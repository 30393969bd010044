import { expect } from 'bun:test'
import type { Live, Subscription } from '../../src/live/live'
import type { Connection, Line } from '../../src/platform/connections'
import type { StoredRecord } from '../../src/platform/live-feed'
import { createSubscribe } from '../../src/realtime/subscribe'
import { silentLog } from '../../src/telemetry/log'
import { aRecord } from './records'

const principal = { tenantId: 'default', sourceId: 'demo', keyId: 'key_1', scopes: [] }
const connection: Connection = { protocol: 'subscribe', principal }

/** The line, the subscriptions, the key and the rate do as these say. */
export interface Options {
  times?: Parameters<typeof createSubscribe>[1]
  subscribe?: () => Promise<void>
  isCurrent?: boolean
  limit?: () => boolean
}

/** Begins a conversation over a line and subscriptions that are in the hands of the test. */
export function start({ times, subscribe, isCurrent = true, limit }: Options = {}) {
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it
  const sent: any[] = []
  const state = { isFull: false, updates: [] as unknown[], readied: 0, isDisposed: false }
  let close: { code: number; reason: string } | undefined
  let given: Subscription | undefined
  const line: Line = {
    send(text) {
      sent.push(JSON.parse(text))
      return !state.isFull
    },
    close(code, reason) {
      close = { code, reason }
    },
  }
  const live: Live = {
    async subscribe(subscription) {
      given = subscription
      await subscribe?.()
      return {
        ...{ id: 'sub_1', from: 'p0' },
        update: (condition) => void state.updates.push(condition),
        ready() {
          state.readied += 1
        },
        [Symbol.dispose]() {
          state.isDisposed = true
        },
      }
    },
    state: () => ({ subscribers: 0, queued: 0 }),
    async [Symbol.asyncDispose]() {},
  }
  const allowance = () => ({
    ...{ rate: { most: 1, windowMs: 1000 }, left: 0, resetSeconds: 1, isOver: limit?.() ?? false },
  })
  const limiter = limit && { known: allowance, stranger: allowance, lookAt: allowance }
  const needs = { live, limiter, identity: { isCurrent: async () => isCurrent }, log: silentLog }
  const conversation = createSubscribe(needs as Parameters<typeof createSubscribe>[0], times).open(
    connection,
    line,
  )
  return {
    ...{ sent, state, conversation },
    closed: () => close,
    sink: () => given!.sink,
    given: () => given,
    async say(message: unknown) {
      conversation.received(typeof message === 'object' ? JSON.stringify(message) : `${message}`)
      await Bun.sleep(1)
    },
  }
}

let made = 0
/** The next record of the feed; the n-th has the position `pN`. */
export function stored(): StoredRecord {
  made += 1
  const position = `p${made}`
  return { record: aRecord({ eventId: `e${made}` }), position: () => position }
}

/** A conversation whose client was told that it is subscribed. */
export async function subscribed(options: Options = {}, config: object = {}) {
  const test = start(options)
  await test.say(config)
  expect(test.sent.shift()).toMatchObject({ status: 'subscribed' })
  return test
}
