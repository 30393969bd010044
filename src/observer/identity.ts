import type { ObserverMethod } from '../platform/registry/sources'

/** The learner of a connection, and how far that is to be believed. */
export interface ObservedIdentity {
  /** Clients are told it, and records have it as `actorId`: `gc-104233`, `ls-…`, `hi-…`, `testcase-…`. */
  userId: string
  /** The same, so that ids of different methods never meet: `tc-testcase-amy`. */
  safeUserId: string
  /** `authenticated` where somebody vouches for it; `unauthenticated` where the client alone says so. */
  sec: 'authenticated' | 'unauthenticated' | 'none'
  /** `gcu`, `ls`, `mch`, `tc`, `guest`, `token`. */
  providence: string
  method: ObserverMethod
  /** The domain of their address of e-mail, where they sent one. */
  domain?: string | undefined
}
