import { getPathNoStrict } from 'hono/utils/url'

// Steps to and fro, and what the URL standard takes for a slash: Bun has resolved them already where it
// understood the host, and nowhere else.
const UNRESOLVED = /\\|\/\.|%2e/i

/**
 * The path that a request is routed by: that of its target, whatever its `Host` says. Where that is
 * missing, empty or odd, Bun gives the bare target or no valid URL, in which Hono would look for a host.
 * A slash at the end, of an address that was pasted into a sensor's settings, costs nobody anything.
 */
export function requestPath({ url }: Request): string {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + '://'.length)
  const target = `http://x${start < 0 ? '/' : url.slice(start)}`
  const resolved = UNRESOLVED.test(target) ? new URL(target).href : target
  return getPathNoStrict({ url: resolved } as Request)
}
