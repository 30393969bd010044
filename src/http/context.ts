import type { Context, Hono } from 'hono'
import type { Authenticate } from '../access/authenticate'
import type { Config } from '../config/config'
import type { Replaying } from '../ingest/replay-runner'
import type { Budget, Lease } from '../memory/budget'
import type { Get } from '../outbound/get'
import type { Guard } from '../outbound/guard'
import type { Clock } from '../platform/clock'
import type { Member } from '../platform/connections'
import type { ServingPlatform } from '../platform/platform'
import type { Log } from '../telemetry/log'
import type { AnswerRoom } from './answers/room'
import type { ReplayView } from './quarantine/schemas'

/** What the app needs besides a platform. Nothing is read from the environment. */
export interface AppOptions {
  config: Config
  clock: Clock
  log: Log
  /** Where webhooks may be sent. Left out, it is made as the config says. */
  guard?: Guard
  /** Largest answer that the door can send on, in bytes, whatever is in it. Left out, any. */
  maxReplyBytes?: number
  /** What replays in the background. Left out, a replay ends with its request. */
  replaying?: Replaying<ReplayView>
  /** Memory for what comes in. Left out, it is not counted. */
  budget?: Budget
  /** How the keys of the issuer of tokens are read. Left out, over the network. */
  get?: Get
}

/** What every area of routes is given. */
export interface AppDeps {
  platform: ServingPlatform
  options: AppOptions
  /** Where answers are held that may be large. */
  answers: AnswerRoom
}

export interface AppEnv {
  /** Given by the door with each request: who is at the other end, and what can become of it. */
  Bindings: {
    ip?: string | undefined
    /** Makes a WebSocket of the connection. Absent where there are none, false when it was not asked for. */
    upgrade?(member: Member, headers: Record<string, string>): boolean
    /** How many seconds the connection may be silent from now on; 0: for as long as we like. */
    patience?(seconds: number): void
  }
  Variables: {
    requestId: string
    authenticate: Authenticate
    budget: Budget | undefined
    /** Of the last key that was shown and known. */
    tenantId: string | undefined
    /** Of the request's body, if it has taken any room. */
    lease: Lease | undefined
  }
}

export type App = Hono<AppEnv>
export type AppContext = Context<AppEnv>
