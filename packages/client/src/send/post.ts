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
  /** Whether the key goes into the address, so that no preflight is asked. */
  byKey: boolean
}

/** Posts events. Never rejects: whatever fails is an answer of status 0, with the reason in `why`. */
export async function post(request: Request): Promise<Answer & { body?: unknown; why?: unknown }> {
  if (page.navigator?.onLine === false) return { status: 0, why: 'offline' }
  const stop = new AbortController()
  let timer: unknown
  // A fetch that somebody else has put in place may know no signal.
  const late = new Promise<{ status: number; why: string }>((resolve) => {
    timer = setTimeout(() => {
      resolve({ status: 0, why: `no answer in ${PATIENCE_MS / 1000} s` })
      stop.abort()
    }, PATIENCE_MS)
  })
  const answer = ask(request, stop.signal).catch((why) => ({ status: 0, why }))
  const first = await Promise.race([answer, late])
  clearTimeout(timer as number)
  return first
}

async function ask({ url, key, wire, body, outlives, byKey }: Request, signal: AbortSignal) {
  const { pathByKey } = wire
  const address = byKey && pathByKey ? pathByKey + encodeURIComponent(key) : wire.path
  const headers = {
    Authorization: `Bearer ${key}`,
    'Content-Type': 'application/json',
    ...wire.headers,
  }
  const answer = await fetch(url + address, {
    method: 'POST',
    body,
    signal,
    // Nothing of the page's person but what it told.
    credentials: 'omit',
    keepalive: outlives,
    // Without a header of its own a text is `text/plain`.
    ...(byKey && pathByKey ? {} : { headers }),
  })
  const header = (name: string) => answer.headers.get(name)
  const text = await answer.text()
  const said = parsed(text)
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
