import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { translate } from '../../error/translate'
import type { Connection, RelayedProtocol } from '../../platform/connections'
import type { HeldSubscription, SubscriptionLimits } from '../../platform/subscriptions'
import { type Refusal, readConfig, readLater } from '../asked'
import { createOutbox } from '../posting/outbox'
import type { Post, PostingNeeds } from '../posting/post'
import { closes, frames, subscribeName, subscribePath } from '../subscribe-frames'
import { createReadBack } from './read-back'

export interface RelayedNeeds extends PostingNeeds {
  /** Posts to the subscriptions of a tenant what its feed has. */
  post: Post
  /** A tenant has at most these. */
  limits: SubscriptionLimits
}

// Messages of one connection come to functions of their own: one that was sent right behind the first
// may be there before it, by some hundred milliseconds.
const OVERTAKEN_MS = 3000
const LOOK_MS = 100

type From = Connection & { connectionId: string }

/**
 * Makes the protocol of subscriptions where no process holds a connection: a subscription is in a
 * table, and whoever has something new posts it (`posting/post.ts`).
 */
export function createRelayedSubscribe(needs: RelayedNeeds): RelayedProtocol {
  const { subscriptions, feed, connections, isCurrent, post, limits, log } = needs
  const outbox = createOutbox(needs)
  const readBack = createReadBack({ ...needs, outbox })

  /** Says why, and ends the connection: API Gateway closes without a code of ours. */
  async function refuse({ connectionId, principal }: From, refusal: Refusal) {
    await outbox.send(connectionId, frames.error(refusal))
    await end(principal.tenantId, connectionId)
    await connections.close(connectionId)
  }

  async function end(tenantId: string, connectionId: string) {
    await subscriptions.remove(tenantId, connectionId)
  }

  async function subscribe(from: From, message: string | Uint8Array) {
    const { connectionId, principal } = from
    const { tenantId } = principal
    const read = readConfig(message)
    if ('refusal' in read) return refuse(from, read.refusal)
    const { asked } = read
    // Whoever asks for the end wants the log: it is written from here on.
    const end = await feed.end(tenantId)
    const after = asked.after ?? end
    feed.order(tenantId, after, end) // throws for a position that was altered, or is another's
    const { condition, format } = asked
    const begun = await subscriptions.begin(
      { connectionId, principal, condition, format, after },
      limits,
    )
    if (begun === 'full') {
      return refuse(from, { message: 'Server at subscriber capacity', code: 'busy' })
    }
    if (begun === 'taken') return
    const id = `sub_${randomBytes(4).toString('hex')}`
    const confirmed = await outbox.send(
      connectionId,
      frames.subscribed(asked, { id, position: after }),
    )
    if (confirmed !== 'sent') return unfinished(from, after)
    await join(from, after, asked.after !== undefined)
  }

  /** Lets posting go on with it where reading back has come to. */
  async function join(from: From, after: string, isBehind: boolean) {
    const { connectionId, principal } = from
    const { tenantId } = principal
    const given = isBehind
      ? await readBack(tenantId, connectionId, after)
      : ({ after, outcome: 'all' } as const)
    if (given.outcome === 'ended') return end(tenantId, connectionId)
    if (given.outcome === 'unfinished') return unfinished(from, given.after)
    if (!(await subscriptions.join(tenantId, connectionId, given.after))) return
    // Whoever stores something from here on finds it; what was stored in between nobody might post.
    const reached = await feed.end(tenantId)
    if (feed.order(tenantId, given.after, reached) < 0) await post(tenantId)
  }

  /** Tells from where to go on, and leaves that to another connection. */
  async function unfinished(from: From, after: string) {
    await outbox.send(from.connectionId, frames.lost(0, after))
    await refuse(from, { message: closes.tryAgain.reason, code: 'busy' })
  }

  /** Posts what waits since whoever had to post it died; what somebody is posting is left to it. */
  async function makeUpFor(tenantId: string, { stage, after }: HeldSubscription) {
    if (stage === 'reading') return
    const end = await feed.end(tenantId)
    const { posted } = (await subscriptions.state(tenantId)) ?? {}
    const reached = stage === 'joined' ? after : (posted ?? after)
    if (feed.order(tenantId, reached, end) < 0) await post(tenantId, { waits: false })
  }

  async function hear(from: From, held: HeldSubscription, message: string | Uint8Array) {
    const { connectionId, principal } = from
    const { tenantId } = principal
    const later = readLater(message)
    if (later.type === 'ping') {
      await outbox.send(connectionId, frames.pong)
      if (held.lost !== undefined) {
        const { count, after } = held.lost
        const told = await outbox.send(connectionId, frames.lost(count, after))
        if (told === 'sent') await subscriptions.lose(tenantId, connectionId, undefined)
      }
      return makeUpFor(tenantId, held)
    }
    if (later.type === 'other') return
    if (later.type === 'refused') {
      await outbox.send(connectionId, frames.error(later.refusal))
      return
    }
    const { condition, format = held.format } = later.asked
    const changed = await subscriptions.change(
      tenantId,
      connectionId,
      { condition, format },
      limits,
    )
    if (changed === false) return
    const isFull = changed === 'full'
    const message_ = 'The conditions of your subscriptions have as many bytes as they may'
    const text = isFull
      ? frames.error({ message: message_, code: 'busy' })
      : frames.updated(later.asked)
    await outbox.send(connectionId, text)
  }

  /** Finds the subscription, also where its message is still being dealt with. */
  async function heldOf({ connectionId, principal: { tenantId } }: From, mayWait: boolean) {
    for (let waited = 0; ; waited += LOOK_MS) {
      const held = await subscriptions.get(tenantId, connectionId)
      if (held !== undefined || !mayWait || waited >= OVERTAKEN_MS) return held
      await wait(LOOK_MS)
    }
  }

  async function receive(from: From, message: string | Uint8Array) {
    if (!(await isCurrent(from.principal, 'events:read'))) {
      return refuse(from, { message: closes.revoked.reason, code: 'unauthenticated' })
    }
    const { type } = readLater(message)
    const held = await heldOf(from, type === 'update')
    if (held !== undefined) {
      // A failure leaves the subscription as it was.
      return hear(from, held, message).catch(async (thrown: Error) => {
        await outbox.send(from.connectionId, frames.error(refusalOf(thrown)))
      })
    }
    // The message that subscribes was overtaken.
    if (type === 'ping') {
      await outbox.send(from.connectionId, frames.pong)
      return
    }
    if (type === 'update') {
      const text = 'The first message says what to subscribe to; there was none.'
      return refuse(from, { message: text, code: 'invalid_request' })
    }
    return subscribe(from, message)
  }

  function refusalOf(thrown: Error): Refusal {
    const { code, message, errors } = translate(thrown, log, { route: subscribePath })
    if (code !== 'invalid_cursor') return { message, code, errors }
    const issue = { path: ['after'], message: 'Must be a position of this tenant', code }
    return { message: 'Invalid position', code, errors: [issue] }
  }

  return {
    name: subscribeName,
    path: subscribePath,

    async received(connectionId, connection, message) {
      const from = { ...connection, connectionId }
      try {
        await receive(from, message)
      } catch (thrown) {
        await refuse(from, refusalOf(thrown as Error)).catch((error: Error) => {
          log.error('a subscription could not be ended', { reason: error.message })
        })
      }
    },

    async closed(connectionId, { principal: { tenantId } }) {
      try {
        await end(tenantId, connectionId)
      } catch (thrown) {
        // It is found to be gone with the next event, or expires.
        log.error('a subscription could not be ended', { reason: (thrown as Error).message })
      }
    },
  }
}
