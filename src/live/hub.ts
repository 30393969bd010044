import { randomBytes } from 'node:crypto'
import type { IsCurrent } from '../access/recheck'
import { AppError } from '../error/app-error'
import type { Condition } from '../event/condition'
import { createConditionIndex } from '../event/conditions'
import type { LiveFeed } from '../platform/live-feed'
import type { Hidden } from '../query/hidden'
import type { Log } from '../telemetry/log'
import type { Listener } from './channel'
import { createChannels } from './channels'
import type { Live, Subscriber, Subscription } from './live'
import { createMember, type Member } from './member'
import { startRechecks } from './recheck'
import { createShares } from './shares'
import { createSlots } from './slots'

export interface HubNeeds {
  feed: LiveFeed
  /** Says whether a key still holds, without remembering it. */
  isCurrent: IsCurrent
  hidden: Pick<Hidden, 'before'>
  log: Log
  maxSubscribers: number
  /** All queues together may hold so many bytes. */
  queueBytes?: number | undefined
  /** The conditions of one tenant may cost so much together (`costOf`). */
  maxCost?: number | undefined
  /** Keys are asked about this often. */
  recheckMs?: number | undefined
}

// A hundred subscribers that stand still fill it with what a lively tenant sends in a minute; a
// record is counted once, however many wait for it.
const QUEUE_BYTES = 64 * 1024 * 1024

// All conditions of a tenant together take 2.5 ms of an event at the worst, and of one that is made to be
// slow some ten times that, in steps between which others have their turns.
const MAX_COST = 50_000

// A page that is read takes a megabyte, and on AWS some ten milliseconds.
const READING_AT_ONCE = 16

/** Makes the live subscriptions of a process. Disposing ends all of them with a word. */
export function createHub(needs: HubNeeds): Live {
  const { feed, isCurrent, hidden, log, maxSubscribers } = needs
  const { queueBytes = QUEUE_BYTES, maxCost = MAX_COST, recheckMs } = needs
  const places = createShares(maxSubscribers)
  const memory = createShares(queueBytes)
  const slots = createSlots(READING_AT_ONCE)
  const index = createConditionIndex<Listener>()
  const channels = createChannels({ feed, hidden, index, memory, log })
  const members = new Set<Member>()
  const rechecks = startRechecks({ members, isCurrent, log, everyMs: recheckMs })
  let queued = 0
  let isClosed = false

  async function join({ principal, condition, after, sink }: Subscription): Promise<Subscriber> {
    const { tenantId } = principal
    // It is looked at before anything is done for it.
    if (after !== undefined) feed.order(tenantId, after, after)
    const { channel, leave } = await channels.enter(tenantId)
    try {
      const from = after ?? (await feed.end(tenantId))
      if (isClosed) throw stopping()
      requireRoom(tenantId, condition)
      const member = createMember(
        {
          ...{ feed, index, memory, slots, log },
          count(change) {
            queued += change
          },
          leave() {
            members.delete(member)
            leave()
            places.release(tenantId, 1)
          },
        },
        { principal, condition, from, isNew: after === undefined, sink, channel },
      )
      members.add(member)
      // Whoever subscribes says so first.
      setImmediate(() => void begin(member))
      const { ready, end } = member
      function update(changed: Condition | undefined) {
        requireRoom(tenantId, changed)
        member.update(changed)
      }
      return { id: newId(), from, update, ready, [Symbol.dispose]: () => end() }
    } catch (error) {
      leave()
      throw error
    }
  }

  /** @throws {AppError} `busy` where a tenant's conditions would cost every event too much with another */
  function requireRoom(tenantId: string, condition: Condition | undefined) {
    const cost = index.costWith(tenantId, condition)
    if (cost > maxCost) throw tooDear(cost, maxCost)
  }

  /** Requests go by a memory of keys: one that was revoked a moment ago may come back by it. */
  async function begin(member: Member) {
    if (await rechecks.holds(member.principal)) member.start()
    else member.end('revoked')
  }

  return {
    async subscribe(subscription) {
      if (isClosed) throw stopping()
      const { tenantId } = subscription.principal
      if (!places.take(tenantId, 1)) throw tooMany()
      try {
        return await join(subscription)
      } catch (error) {
        places.release(tenantId, 1)
        throw error
      }
    },

    state: () => ({ subscribers: members.size, queued }),

    async [Symbol.asyncDispose]() {
      isClosed = true
      rechecks[Symbol.dispose]()
      for (const member of [...members]) member.end('stopping')
      await channels[Symbol.asyncDispose]()
    },
  }
}

const newId = () => `sub_${randomBytes(6).toString('hex')}`

function tooMany(): AppError {
  const detail = 'There are as many live subscriptions as there may be; one that ends makes room.'
  return new AppError('busy', detail, { retryAfter: 5 })
}

function tooDear(cost: number, most: number): AppError {
  const detail = `With this filter, the different filters of this tenant's live subscriptions would cost ${cost}, of ${most} at most: a condition costs 1, one that leads into the item 10 or more (docs/filters.md). A filter that others have costs nothing; a subscription that ends makes room.`
  return new AppError('busy', detail, { retryAfter: 5 })
}

function stopping(): AppError {
  return new AppError('busy', 'The server stops; please connect again.', { retryAfter: 1 })
}
