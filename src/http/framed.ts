import { Hono } from 'hono'
import type { Services } from '../services'
import { type AnswerRoom, createAnswerRoom } from './answers/room'
import type { App, AppContext, AppDeps, AppEnv } from './context'
import { errorResponseWith } from './error-response'
import type { Networks, ReadForwarded } from './forwarded'
import { notFoundWith } from './not-found'
import type { RateLimit } from './rate-limit'
import { requestContext } from './request-context'
import { requestPath } from './request-path'
import { createRouter } from './router'

/** A door gives these to its app, where it has them. */
export interface AppDoor {
  /** Left out, nobody's rate is limited. */
  limit?: RateLimit | undefined
}

/** Makes an app with what all answers have in common, and the parts that it loads when somebody asks for them. */
export function beginApp(services: Services, door: AppDoor, laterApps: readonly LaterApp[]): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath, router: createRouter() })
  const { trustProxy } = services.config
  if (trustProxy !== false) app.use('*', forwardedLater(trustProxy))
  // Before all else: those routes are framed as these are.
  for (const { paths, load } of laterApps) {
    const serve = loadedLater(() => load(services, door))
    for (const path of paths) app.all(path, serve)
  }
  frame(app, services, door)
  return app
}

export type Register = (app: App, deps: AppDeps) => void

/** A part of the surface whose routes are loaded with the first request to one of its paths. */
export interface LaterApp {
  paths: string[]
  load(services: Services, door?: AppDoor): Promise<App>
}

export function later(paths: string[], loadRegister: () => Promise<Register>): LaterApp {
  async function load(services: Services, door: AppDoor = {}): Promise<App> {
    const register = await loadRegister()
    const app = framed(services, door)
    const { withShownEvents } = await import('./shown')
    register(app, withShownEvents(depsOf(services)))
    return app
  }
  return { paths, load }
}

function framed(services: Services, door: AppDoor): App {
  const app: App = new Hono<AppEnv>({ getPath: requestPath, router: createRouter() })
  frame(app, services, door)
  return app
}

export function depsOf(services: Services): AppDeps {
  const { platform } = services
  return { services, platform, options: services, answers: roomOf(services) }
}

/** Puts around the routes of an app what all answers have in common. */
function frame(app: App, services: Services, { limit }: AppDoor) {
  const { identity, budget, watch, config } = services
  const { authenticate } = identity
  app.use('*', requestContext({ authenticate, budget, watch, config, limit }))
  app.notFound(notFoundWith(app))
  app.onError(errorResponseWith(services))
}

/** A process without a proxy in front, as on AWS, never loads what reads a proxy's headers. */
function forwardedLater(trust: Networks): ReadForwarded {
  let loading: Promise<ReadForwarded> | undefined
  return async function readForwarded(c, next) {
    loading ??= import('./forwarded').then(({ forwardedWith }) => forwardedWith(trust))
    await (await loading)(c, next)
  }
}

function loadedLater(load: () => Promise<App>) {
  let loading: Promise<App> | undefined
  return async function serve({ req, env }: AppContext): Promise<Response> {
    loading ??= load().catch((thrown) => {
      loading = undefined
      throw thrown
    })
    return (await loading).fetch(req.raw, env)
  }
}

// There is one room for all answers of a process, whichever app makes them.
const rooms = new WeakMap<Services, AnswerRoom>()

function roomOf(services: Services): AnswerRoom {
  const room = rooms.get(services) ?? createAnswerRoom()
  rooms.set(services, room)
  return room
}
