import { getPathNoStrict } from 'hono/utils/url'

/**
 * The path that a request is routed by: that of its target, whatever its `Host` says. Where that is
 * missing, empty or odd, Bun gives no URL but the bare target, in which Hono would look for a host.
 * A slash at the end, of an address that was pasted into a sensor's settings, costs nobody anything.
 */
export function requestPath(request: Request): string {
  const { url } = request
  return getPathNoStrict(url.startsWith('/') ? ({ url: `http://-${url}` } as Request) : request)
}
