import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Authenticate } from '../access/authenticate'
import type { Config } from '../config/config'
import type { Get } from '../outbound/get'
import type { Guard } from '../outbound/guard'
import type { Clock } from '../platform/clock'
import type { Member } from '../platform/connections'
import type { ServingPlatform } from '../platform/platform'
import type { Log } from '../telemetry/log'
import type { AnswerRoom } from './answers/room'

/** What the app needs besides a platform. Nothing is read from the environment. */
export interface AppOptions {
  config: Config
  clock: Clock
  log: Log
  /** Where webhooks may be sent. Left out, it is made as the config says. */
  guard?: Guard
  /** Largest answer that the door can send on, in bytes, whatever is in it. Left out, any. */
  maxReplyBytes?: number
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
  }
  Variables: { requestId: string; authenticate: Authenticate }
}

export type App = OpenAPIHono<AppEnv>
export type AppContext = Context<AppEnv>
