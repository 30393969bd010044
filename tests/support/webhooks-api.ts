import { expect } from 'bun:test'
import { startTestApp, type TestApp } from './app'

export const settings = {
  name: 'Dashboard',
  targetUrl: 'https://8.8.8.8/hook',
  events: ['ViewEvent'],
}

type Created = { id: string; secret: string } & Record<string, unknown>

/** The app, with the calls that tests of webhooks make. */
export async function startWebhookTest(options: Parameters<typeof startTestApp>[0] = {}) {
  const test: TestApp = await startTestApp(options)

  async function call(method: string, path: string, body?: unknown, key?: string) {
    const headers = { ...test.as(key), 'Content-Type': 'application/json' }
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    return test.request(path, { method, headers, ...content })
  }

  async function create(more: Record<string, unknown> = {}): Promise<Created> {
    const reply = await call('POST', '/webhooks', { ...settings, ...more })
    expect(reply.status).toBe(201)
    return (await reply.json()) as Created
  }

  return { ...test, call, create }
}

export type WebhookTest = Awaited<ReturnType<typeof startWebhookTest>>
