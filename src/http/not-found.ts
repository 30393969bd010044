import { AppError } from '../error/app-error'
import type { App, AppContext } from './context'
import { problemResponse } from './error-response'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Tells an address that is not there (404) from one that does not take the method (405, RFC 9110). */
export function notFoundWith(app: App) {
  return async function notFound(c: AppContext): Promise<Response> {
    const allowed = methodsAt(app, c.req.path)
    if (allowed.length === 0) {
      const detail = await withNearMiss(c, `Nothing is served at ${shown(c.req.path)}.`)
      return problemResponse(c, new AppError('not_found', detail))
    }
    const allow = allowed.join(', ')
    c.header('Allow', allow)
    if (c.req.method === 'OPTIONS') return c.body(null, 204)
    const takes = `${shown(c.req.path)} takes ${allow}, not ${c.req.method}.`
    // Senders that were given the server's address alone post to it.
    const detail = c.req.path === '/' ? await withNearMiss(c, takes) : takes
    return problemResponse(c, new AppError('method_not_allowed', detail))
  }
}

/** Adds the addresses that may have been meant. */
async function withNearMiss(c: AppContext, sentence: string): Promise<string> {
  const { nearMiss } = await import('./near-miss')
  return `${sentence} ${nearMiss(shown(c.req.path))}`.trim()
}

// The part after these is a key or a token, or would be if the address were right; it is in no answer
// and no log.
const SECRET_PART = /(\/(?:in|fetch)\/+)[\s\S]*$/i

function shown(path: string): string {
  return path.replace(SECRET_PART, '$1{key}')
}

function methodsAt({ router, routes }: App, path: string): string[] {
  const handlersFor = (method: string) => router.match(method, path)[0].length
  // Middleware runs for every method, also for one that no route has.
  const middleware = handlersFor('NONE')
  // OpenAPI 3.0, Paths Object: a concrete address goes before one with a parameter.
  const concrete = routes.filter((route) => route.path === path).map(({ method }) => method)
  const isRouted = (method: string) =>
    concrete.length > 0 ? concrete.includes(method) : handlersFor(method) > middleware
  const routed = methods.filter(isRouted)
  if (routed.length === 0) return []
  // Hono answers HEAD from a GET route.
  return [...routed, ...(routed.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
}
