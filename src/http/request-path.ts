import { getPathNoStrict } from 'hono/utils/url'

// Steps to and fro, and what the URL standard takes for a slash: Bun has resolved them already where it
// understood the host, and nowhere else.
const UNRESOLVED = /\\|\/\.|%2e/i

/**
 * The path that a request is routed by: that of its target, whatever its `Host` says. Where that is
 * missing, empty or odd, Bun gives the bare target or no valid URL, in which Hono would look for a host.
 * A slash at the end or twice, and a part that stands twice, of an address that was pasted into a
 * sensor's settings, cost nobody anything.
 */
export function requestPath({ url }: Request): string {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + '://'.length)
  const target = `http://x${start < 0 ? '/' : url.slice(start)}`
  const resolved = UNRESOLVED.test(target) ? new URL(target).href : target
  return versioned(folded(getPathNoStrict({ url: resolved } as Request)))
}

// A real-time pipeline has these without a version, too, for callers from before it had one.
const UNVERSIONED = /^\/(?:events|event-types|stats)(?:\/|$)/

function versioned(path: string): string {
  return UNVERSIONED.test(path) ? `/api/v1${path}` : path
}

// A key or a token follows these; it may have any characters, and none of it is folded.
const SECRET = /^(.*?\/+(?:in|fetch)\/+)([\s\S]*)$/

// Sensors send to these areas. Their settings ask now for the server, now for the whole address, and
// add the path to either.
const DOUBLED =
  /^\/(caliper|api|xapi)\/(?:.*\/)?\1(?:\/|$)|^\/(?:caliper|api|xapi)(?:\/.*)?(\/[^/]+)\2(?:\/|$)/

// The longest address that is served has fewer, and nobody is served by folding others.
const MAX_FOLDED = 512

/** @returns the path with single slashes, and each part once that stands twice in a row */
function folded(path: string): string {
  if (path.length > MAX_FOLDED) return path
  if (!path.includes('//') && !DOUBLED.test(path)) return path
  const [, before = path, secret = ''] = SECRET.exec(path) ?? []
  const single = before.replace(/\/{2,}/g, '/')
  const whole = secret === '' && single.length > 1 ? single.replace(/\/$/, '') : single
  return DOUBLED.test(whole) ? `${onceEach(whole)}${secret}` : `${whole}${secret}`
}

// `/caliper/v1p2/events` has three parts, which all stand twice where both sides know the address.
const MOST_PARTS = 3

function onceEach(path: string): string {
  const parts = path.split('/').slice(1)
  for (let size = MOST_PARTS; size >= 1; size -= 1) {
    for (let at = 0; at + 2 * size <= parts.length; ) {
      const isTwice = parts.slice(at, at + size).every((part, n) => part === parts[at + size + n])
      if (isTwice && parts[at] !== '') parts.splice(at, size)
      else at += 1
    }
  }
  return `/${parts.join('/')}`
}
