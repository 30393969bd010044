import type { AppContext } from './context'

/** Writes the address of something of ours, below the path under which a proxy serves us. */
export function linkTo(c: AppContext, path: `/${string}`): string {
  return `${c.env?.seen?.prefix ?? ''}${path}`
}

/**
 * Puts the base path before the one address that the pipeline, which knows of no proxy, writes into an
 * answer.
 * @param json in which the quotes of a name stand nowhere but around a name
 */
export function withLinks(c: AppContext, json: string): string {
  const prefix = c.env?.seen?.prefix
  if (!prefix) return json
  return json.replace('"quarantinedLink":"/', () => `"quarantinedLink":"${prefix}/`)
}

/** Writes an address in full, as whoever asks reaches it. */
export function absoluteUrl(c: AppContext, path: `/${string}`): string {
  const url = URL.parse(c.req.url)
  const { scheme = url?.protocol.replace(':', '') ?? 'http', host } = c.env?.seen ?? {}
  return `${scheme}://${host ?? c.req.header('Host') ?? url?.host ?? 'localhost'}${linkTo(c, path)}`
}

/**
 * Writes an address for a page, relative to the page: right under any path, whether or not the proxy
 * says which.
 */
export function relativeLink(c: AppContext, path: `/${string}`): string {
  const { url } = c.req
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + '://'.length)
  const [target = '/'] = start < 0 ? [] : url.slice(start).split(/[?#]/)
  const depth = target.split('/').length - 2
  return `${depth === 0 ? './' : '../'.repeat(depth)}${path.slice(1)}`
}

/**
 * Writes where events are streamed.
 * @param streamAt the address of who streams; `/` where ours leads there, too
 */
export function streamLink(streamAt: string, path: string): string {
  return streamAt === '/' ? path : new URL(path, streamAt).href
}
