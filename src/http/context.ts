import type { Context, Hono } from 'hono'
import type { Authenticate } from '../access/credentials'
import type { Principal } from '../identity/principal'
import type { Budget, Lease } from '../memory/budget'
import type { Connection } from '../platform/connections'
import type { ServingPlatform } from '../platform/platform'
import type { CountedSender } from '../platform/source-activity'
import type { AppOptions, Services } from '../services'
import type { AnswerRoom } from './answers/room'
import type { Seen } from './seen'

/** Every area of routes is given this. */
export interface AppDeps {
  services: Services
  /** The platform of the services; routes that are loaded later read no hidden events (`shown.ts`). */
  platform: ServingPlatform
  options: AppOptions
  /** Holds answers that may be large. */
  answers: AnswerRoom
}

export interface AppEnv {
  /** Given by the door with each request: who is at the other end, and what can become of it. */
  Bindings: {
    ip?: string | undefined
    /** Set by `forwardedWith` behind a proxy that is trusted. */
    seen?: Seen | undefined
    /** Makes a WebSocket of the connection. Absent where there are none, false when it was not asked for. */
    upgrade?(connection: Connection, headers: Record<string, string>): boolean
    /**
     * How many seconds the connection may be silent from now on; 0: for as long as we like. Left out:
     * as many as one on which nothing happens.
     */
    patience?(seconds?: number): void
  }
  /** The usual path of an event asks for these by `c.get`: `c.var` copies all of them each time. */
  Variables: {
    requestId: string
    authenticate: Authenticate
    /**
     * Lets in whoever shows no key. Absent where one is required.
     * @throws {AppError} `unauthenticated` for whoever is let in with a key only
     */
    anonymous: (() => Promise<Principal>) | undefined
    /** Turns away whoever shows no good key too often. @throws {AppError} `rate_limited` */
    unknown: () => void
    /** Counts a large document for whoever shows no good key. @throws {AppError} `rate_limited` */
    largeDocument: () => Promise<void>
    budget: Budget | undefined
    /** The tenant of the last key that was shown and known. */
    tenantId: string | undefined
    /** That key, by its source. */
    sender: CountedSender | undefined
    /** The first characters of what was shown for a key (`keyHint`). */
    keyPrefix: string | undefined
    /** If true, the request brings events: that it is refused concerns its source. */
    brings: boolean | undefined
    /** The memory of the request's body, if it has taken any. */
    lease: Lease | undefined
  }
}

export type App = Hono<AppEnv>
export type AppContext = Context<AppEnv>
