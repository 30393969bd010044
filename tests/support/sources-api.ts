import { startTestApp, type TestApp } from './app'

export interface SourceView {
  id: string
  name: string
  mode: string
  duplicates: string
  signing?: unknown
  createdAt: string
  updatedAt: string
}

/** The app, with the calls that an administrator makes. */
export async function startSourceTest(options: Parameters<typeof startTestApp>[0] = {}) {
  const test: TestApp = await startTestApp(options)

  async function call(method: string, path: string, body?: unknown, key = test.keys.admin) {
    const headers = { ...test.as(key), 'Content-Type': 'application/json' }
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    return test.request(path, { method, headers, ...content })
  }

  /** Sets the demo source to this mode, and waits until that is known. */
  async function setMode(mode: 'lenient' | 'strict') {
    await call('PUT', '/sources/demo', { name: 'Demo', mode })
    test.clock.advance(5_000)
  }

  async function send(body: unknown, path = '/caliper/v1p2/events') {
    return call('POST', path, body, test.keys.demo)
  }

  return { ...test, call, setMode, send }
}

export type SourceTest = Awaited<ReturnType<typeof startSourceTest>>
