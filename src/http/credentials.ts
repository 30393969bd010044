import type { AppContext } from './context'

/** One way to show a credential with a request, and the sentences for those who fail at it. */
export interface Way {
  /** @returns the credential as it was sent; undefined when none was sent this way */
  read(c: AppContext): string | undefined
  missing: string
  unknown: string
}

const unknown = 'This key is not known here, or was revoked.'

/**
 * `Authorization`, with one of the schemes of `readShown` or the key alone; or the key in the header of
 * gateways, or of Amazon Data Firehose. Where native events go, it may be in the address, too.
 */
export const inHeader: Way = {
  read: (c) => headerIn(c) ?? (hasKeyInQuery(c) ? c.req.query(KEY_IN_QUERY) : undefined),
  missing: 'Send a key: `Authorization: Bearer KEY`, or `X-API-Key: KEY`.',
  unknown,
}

const keyHeaders = ['Authorization', 'X-API-Key', 'X-Amz-Firehose-Access-Key']

function headerIn(c: AppContext): string | undefined {
  for (const name of keyHeaders) {
    const value = c.req.header(name)
    if (value !== undefined) return value
  }
  return undefined
}

/** A real-time pipeline takes its key by this name in the query. */
export const KEY_IN_QUERY = 'api_key'

/** Tells whether an address takes the key in its query: no other does, since proxies log addresses. */
export function hasKeyInQuery(c: AppContext): boolean {
  return c.req.path.startsWith('/api/v1/')
}

/** The parameter `key` of the path, for senders that can set an address only. */
export const keyInPath: Way = {
  read: (c) => c.req.param('key') ?? '',
  missing: 'Send a key.',
  unknown: 'The key in the address is not known, or was revoked.',
}

// A page in a browser names this first, since it can set no header; its key comes second.
const SUBPROTOCOL = 'nonius'

/** @returns the names of the subprotocols that are offered, if ours is the first of them */
function offered(c: AppContext): string[] | undefined {
  const names = (c.req.header('Sec-WebSocket-Protocol') ?? '').split(',')
  const trimmed = names.map((name) => name.trim())
  return trimmed[0] === SUBPROTOCOL ? trimmed : undefined
}

/**
 * A WebSocket's handshake shows it in the header, the second subprotocol, or `key` or `api_key` in the
 * query.
 */
export const inHandshake: Way = {
  read: (c) =>
    inHeader.read(c) ?? offered(c)?.[1] ?? c.req.query('key') ?? c.req.query(KEY_IN_QUERY),
  missing: 'Send a key.',
  unknown,
}

/**
 * The headers that accept our subprotocol, where it was used to show the key (RFC 6455, section
 * 4.2.2). The key itself is not repeated.
 */
export function subprotocolHeaders(c: AppContext): Record<string, string> {
  if (inHeader.read(c) !== undefined || offered(c) === undefined) return {}
  return { 'Sec-WebSocket-Protocol': SUBPROTOCOL }
}
