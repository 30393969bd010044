/** A deployment is called through this. */
export interface Deployment {
  /** It is called at this address. */
  url: URL
  /** Calls a route. @param path from the root; `init.key` replaces the key, '' sends none */
  call(path: string, init?: RequestInit & { key?: string }): Promise<Answer>
}

export interface Answer {
  status: number
  headers: Headers
  /** The body is parsed when it is JSON, and text otherwise. */
  body: unknown
}

// A first request may find no running instance; even then a deployment that takes longer is not
// well.
const TIMEOUT_MS = 30_000

/** Makes what calls a deployment with a key. */
export function calling(url: URL, key: string): Deployment {
  return {
    url,
    async call(path, init = {}) {
      const headers = new Headers(init.headers)
      if (init.key !== '') headers.set('authorization', `Bearer ${init.key ?? key}`)
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const response = await fetch(new URL(path, url), { ...init, headers, signal })
      const text = await response.text()
      const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
      const body = isJson && text !== '' ? JSON.parse(text) : text
      return { status: response.status, headers: response.headers, body }
    },
  }
}

/** Sends JSON to a route. */
export function sendJson(
  { call }: Deployment,
  method: string,
  path: string,
  json: unknown,
  key?: string,
): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const init = { method, headers, body: JSON.stringify(json) }
  return call(path, key === undefined ? init : { ...init, key })
}

/** @throws a sentence when it was answered with another status */
export function expect({ status, body }: Answer, wanted: number): unknown {
  if (status === wanted) return body
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  throw new Error(`it was answered ${status} instead of ${wanted}: ${text.slice(0, 500)}`)
}

/** @throws a sentence when they differ */
export function equal(found: unknown, wanted: unknown, what: string): void {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return
  throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
}
