import { attempt, page } from '../page'
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
export async function post(request: Request): Promise<Posted> {
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  // A fetch that somebody else has put in place may know no signal.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject('no answer')
      stop.abort()
    }, PATIENCE_MS)
  })
  try {
    return await Promise.race([ask(request, stop.signal), late])
  } catch (body) {
    return { status: 0, body }
  } finally {
    clearTimeout(timer)
  }
}

async function ask(request: Request, signal: AbortSignal): Promise<Posted> {
  if (page.navigator?.onLine === false) throw 'offline'
  const { url, key, wire, body, outlives, isLast } = request
  const byKey = isLast && wire.pathByKey
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
  const text = await answer.text()
  const said = attempt(() => JSON.parse(text)) ?? text.slice(0, 200)
  return {
    status: answer.status,
    retryAfter: header('Retry-After'),
    remaining: header('RateLimit-Remaining'),
    reset: header('RateLimit-Reset'),
    code: said.code,
    body: said,
  }
}
