import { startTestApp } from './app'

type StartOptions = Parameters<typeof startTestApp>[0]

export const versions = ['1.0.3', '2.0.0'] as const
export type Version = (typeof versions)[number]

export type XapiParameters = Record<string, unknown>

export interface Call {
  parameters?: XapiParameters
  version?: Version
  headers?: Record<string, string>
  /** An object is sent as JSON. */
  body?: object | string | Uint8Array | undefined
  key?: string
}

/** Writes a query as xAPI's clients do: what is no text becomes JSON. */
export function queryOf(parameters: XapiParameters): string {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return new URLSearchParams(
    entries.map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ).toString()
}

function contentOf(body: Call['body']): Pick<RequestInit, 'body' | 'headers'> {
  if (body === undefined) return {}
  if (typeof body === 'string' || body instanceof Uint8Array) {
    return { body: Buffer.from(body), headers: {} }
  }
  return { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
}

/** The app with a record store, and the calls that clients of xAPI make. */
export async function startXapiTest(options: StartOptions = {}) {
  const test = await startTestApp(options)
  const now = test.clock.now().toISOString()

  /** Chooses what a tenant has of xAPI, and waits until that is known. */
  async function setMode(xapi: 'off' | 'ingest' | 'lrs', tenantId = 'default') {
    const { tenants } = test.platform.registry
    const tenant = await tenants.get(tenantId)
    await tenants.put({ name: tenantId, createdAt: now, ...tenant, tenantId, xapi })
    test.clock.advance(5_000)
  }
  await setMode('lrs')

  function call(method: string, path: string, given: Call = {}): Promise<Response> {
    const { parameters = {}, version = '1.0.3', headers = {}, body, key } = given
    const query = queryOf(parameters)
    const content = contentOf(body)
    return test.request(query === '' ? path : `${path}?${query}`, {
      method,
      ...content,
      headers: {
        ...test.as(key),
        'X-Experience-API-Version': version,
        ...content.headers,
        ...headers,
      },
    })
  }

  return { ...test, call, setMode }
}

export type XapiTest = Awaited<ReturnType<typeof startXapiTest>>
