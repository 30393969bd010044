import { expect } from 'bun:test'
import type { Config } from '../../src/config/config'
import type { Receipt } from '../../src/event/receipt'
import { startTestApp } from './app'
import { anEnvelope } from './envelopes'

export interface Reason {
  path: (string | number)[]
  pointer: string
  message: string
  code: string
}

/** An item as `GET /quarantine/ID` shows it. */
export interface Shown {
  raw: string
  scope: string
  standard: string
  errors: Reason[]
  lastReplay: { errors: Reason[] }
}

export interface Result {
  quarantineId: string
  outcome: string
  eventIds: string[]
  quarantined: string[]
  errors: Reason[]
  [more: string]: unknown
}

/** An app with what the tests of quarantine do all the time. */
export async function startQuarantineTest(config: Partial<Config> = {}) {
  const app = await startTestApp({ config })

  /** The demo source's key may not change what is in quarantine. */
  function keyFor(method: string, path: string) {
    return path.startsWith('/quarantine') && method !== 'GET' ? app.keys.admin : app.keys.demo
  }

  async function call(method: string, path: string, body?: unknown, key = keyFor(method, path)) {
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { ...app.as(key), 'Content-Type': 'application/json' }
    return app.request(path, { method, headers, ...text })
  }

  async function json<T>(reply: Promise<Response>): Promise<T> {
    const response = await reply
    expect(response.status).toBe(200)
    return (await response.json()) as T
  }

  return {
    ...app,
    call,
    json,
    send: (data: unknown[]) =>
      json<Receipt>(call('POST', '/caliper/v1p2/events', anEnvelope(data))),
    sendNative: (body: unknown) => json<Receipt>(call('POST', '/api/v1/events', body)),
    replay: (id: string, options: unknown = {}) =>
      json<Result>(call('POST', `/quarantine/${id}/replay`, options)),
    replayAll: (options: unknown) =>
      json<{ counts: Record<string, number>; results: Result[]; nextCursor?: string }>(
        call('POST', '/quarantine/replay', options),
      ),
    list: (query = '') =>
      json<{ items: Record<string, unknown>[]; nextCursor?: string; usage: unknown[] }>(
        call('GET', `/quarantine${query}`),
      ),
    show: (id: string) => json<Shown>(call('GET', `/quarantine/${id}`)),
    held: (id: string) => app.platform.quarantine.get('default', id),
    event: (id: string) => app.platform.events.get('default', id),
  }
}
