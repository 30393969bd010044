import { firstIssues } from '../error/bounded-issues'
import type { Asked, Refusal } from './asked'

/** A connection for subscribing has this name, which the platform remembers it by. */
export const subscribeName = 'subscribe'
export const subscribePath = '/ws/subscribe'

/** A connection is closed with a code and its reason in words (RFC 6455, section 7.4). */
export interface Close {
  code: number
  /** At most 123 bytes fit. */
  reason: string
}

/** Codes from 4000 on are a protocol's own; these end like the status of HTTP that means the same. */
export const closes = {
  badConfig: { code: 4400, reason: 'The first message does not say what to subscribe to.' },
  badPosition: { code: 4400, reason: 'The position in after was not issued for this tenant.' },
  revoked: { code: 4401, reason: 'The key or token no longer holds; connect with another.' },
  noConfig: { code: 4408, reason: 'No message said within 10 s what to subscribe to.' },
  tooMany: {
    code: 4429,
    reason: 'There are as many subscribers as there may be; try again later.',
  },
  tryAgain: { code: 1013, reason: 'Try again, from the last position that you have.' },
  notRead: { code: 1013, reason: 'Nothing was read for too long; go on from your last position.' },
  stopping: { code: 1001, reason: 'The server stops; connect again from your last position.' },
} as const satisfies Record<string, Close>

/** A client sends one message within this time, which says what it subscribes to. */
export const CONFIG_MS = 10_000
/** A client that says nothing for this time is told that it is not forgotten. */
export const KEEPALIVE_MS = 30_000

// A person reads the first ones; a message of API Gateway has 32 KB in one frame.
const LISTED = { most: 20, maxBytes: 16 * 1024 }

/** These are the messages of the server that bring no event, as text. */
export const frames = {
  subscribed({ filters }: Pick<Asked, 'filters'>, place: { id: string; position: string }): string {
    const { id, position } = place
    return JSON.stringify({ status: 'subscribed', subscriber_id: id, filters, position })
  },

  updated({ filters }: Pick<Asked, 'filters'>): string {
    return JSON.stringify({ status: 'filters_updated', filters })
  },

  pong: '{"type":"pong"}',
  keepalive: '{"type":"keepalive"}',

  /** So many events that match were passed over; they can be read after the position. */
  lost(count: number, after: string): string {
    return JSON.stringify({ type: 'lost', count, after })
  },

  /** The subscription does not go on where it was asked to, but after the position. */
  resync(reason: 'gone' | 'ahead', after: string): string {
    return JSON.stringify({ type: 'resync', reason, after })
  },

  error({ message, code, errors = [] }: Refusal): string {
    const listed = firstIssues(errors, LISTED)
    const counted = listed.length < errors.length ? { errorCount: errors.length } : {}
    return JSON.stringify({ status: 'error', message, code, errors: listed, ...counted })
  },
}
