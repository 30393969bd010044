import type { RouteConfig } from '@hono/zod-openapi'
import type { App, AppContext } from './context'

/**
 * Registers a route for OpenAPI and its handler. Handlers check for themselves, in their own order
 * (key, then body): bodies of events are never run through Zod, their schemas are documentation.
 */
export function operation(
  app: App,
  route: RouteConfig,
  handler: (c: AppContext) => Response | Promise<Response>,
) {
  app.openAPIRegistry.registerPath(route)
  const path = route.path.replaceAll(/\{(.+?)}/g, ':$1')
  app.on(route.method.toUpperCase(), path, handler)
}
