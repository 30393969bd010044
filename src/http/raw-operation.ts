import type { App, AppContext } from './context'
import { type Replies, repliesTo } from './reply'
import type { LaterRoute, ReplyOf, Route } from './route'

/**
 * Registers a route, for OpenAPI too, whose handler reads the request itself: bodies of events are
 * never run through Zod, their schemas are documentation. Nor is anything else of such a route needed to
 * answer a request, so that it may be loaded later.
 */
export function rawOperation<R extends Route>(
  app: App,
  route: R | LaterRoute<R>,
  handle: (c: AppContext, reply: Replies<R>) => ReplyOf<R> | Promise<ReplyOf<R>>,
): void {
  const reply = repliesTo<R>()
  register(app, route, (c) => handle(c, reply))
}

type Described = Route | LaterRoute<Route>

// Only what a route says of itself is remembered: who makes the document asks for it.
const described = new WeakMap<App, Described[]>()

/** Lists the routes of an app in the order in which they were registered. */
export async function routesOf(app: App): Promise<readonly Route[]> {
  const routes = described.get(app) ?? []
  return Promise.all(routes.map((route) => ('load' in route ? route.load() : route)))
}

export function register(
  app: App,
  route: Described,
  handle: (c: AppContext) => Response | Promise<Response>,
): void {
  described.set(app, [...(described.get(app) ?? []), route])
  const path = route.path.replaceAll(/\{(.+?)}/g, ':$1')
  app.on(route.method.toUpperCase(), path, handle)
}
