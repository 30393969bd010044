import { describe, expect, it } from 'bun:test'
import type { Live, Sink, Subscription } from '../../src/live/live'
import { startTestApp, type TestApp } from '../support/app'

async function send(app: TestApp, ...types: string[]) {
  const headers = { ...app.as(), 'Content-Type': 'application/json' }
  const body = JSON.stringify(types.map((event_type) => ({ event_type })))
  expect((await app.request('/api/v1/events', { method: 'POST', headers, body })).status).toBe(200)
}

async function follow(app: TestApp, key: string, more: Partial<Subscription> = {}) {
  const seen: string[] = []
  const words: string[] = []
  const sink: Sink = {
    take({ record }) {
      seen.push(record.type)
      return true
    },
    resync: (reason) => void words.push(reason),
    end: (reason) => void words.push(reason),
  }
  const live: Live = app.services!.live!
  const principal = await app.services!.identity.authenticate(key)
  const subscriber = await live.subscribe({ principal: principal!, sink, ...more })
  return { seen, words, subscriber }
}

async function soon(isTrue: () => boolean, ms = 5000) {
  const until = performance.now() + ms
  while (!isTrue() && performance.now() < until) await new Promise((done) => setTimeout(done, 5))
  expect(isTrue()).toBe(true)
}

describe('live subscriptions of the services', () => {
  it('are given what requests bring, from the place that arrivals told, too', async () => {
    await using app = await startTestApp()
    const asked = await app.request('/analytics/arrivals', { headers: app.as() })
    const { next } = (await asked.json()) as { next: string }
    await send(app, 'first')
    const one = await follow(app, app.keys.demo)
    const other = await follow(app, app.keys.demo, { after: next })
    await send(app, 'second', 'third')
    await soon(() => one.seen.length === 2 && other.seen.length === 3)
    expect(one.seen).toEqual(['second', 'third'])
    expect(other.seen).toEqual(['first', 'second', 'third'])
  })

  it('end within five seconds of the revocation of their key, and begin no more', async () => {
    await using app = await startTestApp()
    const key = await app.issue(['events:read'])
    const { seen, words } = await follow(app, key)
    const staying = await follow(app, app.keys.demo)
    await app.revoke(key)
    const began = performance.now()
    const back = await follow(app, key)
    await soon(() => words.length === 1 && back.words.length === 1)
    expect(performance.now() - began).toBeLessThan(5000)
    await send(app, 'secret')
    await soon(() => staying.seen.length === 1)
    expect([words, seen, back.words, back.seen]).toEqual([['revoked'], [], ['revoked'], []])
  })

  it('are given nothing that was deleted', async () => {
    await using app = await startTestApp()
    const { subscriber } = await follow(app, app.keys.demo)
    await send(app, 'deleted', 'deleted')
    const headers = app.as(app.keys.admin)
    await app.request('/api/v1/events', { method: 'DELETE', headers })
    await send(app, 'later')
    const { seen } = await follow(app, app.keys.demo, { after: subscriber.from })
    await soon(() => seen.length > 0)
    expect(seen).toEqual(['later'])
  })

  it('are told when the services end', async () => {
    const app = await startTestApp()
    const { words } = await follow(app, app.keys.demo)
    await app[Symbol.asyncDispose]()
    expect(words).toEqual(['stopping'])
  })
})
