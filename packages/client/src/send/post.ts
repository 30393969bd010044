import { page } from '../page'
import type { Answer } from './policy'
import type { Wire } from './wire'

// The server answers in milliseconds, and says `busy` after ten seconds.
const PATIENCE_MS = 15_000

interface Request {
  url: string
  key: string
  wire: Wire
  body: string
  /** Whether the page may end meanwhile. */
  outlives: boolean
  /** Whether the page ends, so that nothing may be asked first. */
  isLast: boolean
}

/** An answer, with what it says, or why there is none. */
export interface Posted extends Answer {
  body?: unknown
}

/** Posts events. Never rejects: whatever fails is an answer of status 0, with the reason as its body. */
export function post(request: Request): Promise<Posted> {
  return new Promise((resolve) => {
    const fail = (body: unknown) => resolve({ status: 0, body })
    if (page.navigator?.onLine === false) return fail('offline')
    const stop = new AbortController()
    // A fetch that somebody else has put in place may know no signal.
    const timer = setTimeout(() => {
      fail('no answer in time')
      stop.abort()
    }, PATIENCE_MS)
    ask(request, stop.signal)
      .then(resolve, fail)
      .finally(() => clearTimeout(timer))
  })
}

async function ask(request: Request, signal: AbortSignal): Promise<Posted> {
  const { url, key, wire, body, outlives, isLast } = request
  const isElsewhere = !`${url}/`.startsWith(`${page.location?.origin}/`)
  const byKey = isLast && isElsewhere && wire.pathByKey
  const address = url + (byKey ? byKey + encodeURIComponent(key) : wire.path)
  const answer = await fetch(address, {
    method: 'POST',
    body,
    signal,
    // Nothing of the page's person but what it told.
    credentials: 'omit',
    keepalive: outlives,
    // Without headers of its own a text is `text/plain`, which needs no preflight.
    headers: byKey
      ? {}
      : { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...wire.headers },
  })
  const header = (name: string) => answer.headers.get(name)
  const said = parsed(await answer.text())
  return {
    status: answer.status,
    retryAfter: header('Retry-After'),
    remaining: header('RateLimit-Remaining'),
    reset: header('RateLimit-Reset'),
    code: (said as { code?: unknown } | null)?.code,
    body: said,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.slice(0, 200)
  }
}
