import type { Identity } from '../access/identity'
import type { FindTenant } from '../access/keys/tenants'
import { AppError } from '../error/app-error'
import { translate } from '../error/translate'
import type { Limiter } from '../limits/limiter'
import { rateLimited } from '../limits/rate-limited'
import type { Live, Sink, Subscriber } from '../live/live'
import type { Connection, Conversation, ConversationProtocol, Line } from '../platform/connections'
import type { StatesNeeds } from '../reducers/reading/assemble'
import type { Log } from '../telemetry/log'
import { readConfig, readLater, readStates } from './asked'
import { eventFrame, type Format } from './event-frame'
import type { StatesAsked } from './follow-states'
import {
  type Close,
  CONFIG_MS,
  closes,
  frames,
  KEEPALIVE_MS,
  subscribeName,
  subscribePath,
} from './subscribe-frames'

export interface SubscribeNeeds extends Partial<StatesNeeds> {
  live: Live
  identity: Pick<Identity, 'isCurrent'>
  log: Log
  /** Without it, messages are not limited. */
  limiter?: Limiter | undefined
  /** The limits of tenants are found by it. */
  findTenant?: FindTenant | undefined
}

interface Times {
  configMs?: number
  keepaliveMs?: number
}

// A client waits for answers: so many messages of one may wait for theirs, or answers for the client.
const MAX_WAITING = 100

const NO_STATES = 'There are no states of reducers here.'

/** Events or states are given; what states are asked for stays. */
type Following = Pick<Subscriber, 'ready'> & Partial<Pick<Subscriber, 'update'>> & Disposable

const noPlace = { message: 'Server at subscriber capacity', code: 'busy' } as const

/** Gives events over a connection to whoever said which; the messages are `subscribe-frames.ts`. */
export function createSubscribe(
  needs: SubscribeNeeds,
  { configMs = CONFIG_MS, keepaliveMs = KEEPALIVE_MS }: Times = {},
): ConversationProtocol {
  return {
    name: subscribeName,
    path: subscribePath,
    open: (connection, line) => converse(needs, connection, line, { configMs, keepaliveMs }),
    refuse(line) {
      line.send(frames.error(noPlace))
      line.close(closes.tooMany.code, closes.tooMany.reason)
    },
  }
}

function converse(
  { live, identity, log, limiter, findTenant, ...states }: SubscribeNeeds,
  { principal }: Connection,
  line: Line,
  { configMs, keepaliveMs }: Required<Times>,
): Conversation {
  const waiting: (string | Uint8Array)[] = []
  let isBusy = false
  let isOver = false
  let isFull = false
  let unread = 0
  let subscriber: Following | undefined
  let format: Format = 'event'

  const deadline = setTimeout(() => {
    if (subscriber !== undefined || isBusy) return
    refuse({ message: 'Configuration timeout', code: 'timeout' }, closes.noConfig)
  }, configMs)
  const keepalive = setInterval(() => {
    if (subscriber !== undefined && !isFull) send(frames.keepalive)
  }, keepaliveMs)

  function send(text: string): boolean {
    if (isOver) return false
    if (!line.send(text)) isFull = true
    return !isFull
  }

  /** Sends an answer; a client that reads none of them gets so many. */
  function answer(text: string) {
    unread = isFull ? unread + 1 : 0
    if (unread > MAX_WAITING) end(closes.notRead)
    else send(text)
  }

  function refuse(refusal: Parameters<typeof frames.error>[0], close: Close) {
    send(frames.error(refusal))
    end(close)
  }

  function end({ code, reason }: Close) {
    if (isOver) return
    forget()
    line.close(code, reason)
  }

  function forget() {
    isOver = true
    clearTimeout(deadline)
    clearInterval(keepalive)
    waiting.length = 0
    subscriber?.[Symbol.dispose]()
  }

  // By the rule of sinks, the client has been told that it is subscribed before any of this.
  const sink: Sink = {
    take: (stored) => send(eventFrame(stored, format)),
    lost: (count, after) => void send(frames.lost(count, after)),
    resync: (reason, after) => void send(frames.resync(reason, after)),
    end(reason) {
      if (reason === 'revoked') return revoked()
      if (reason === 'stopping') return end(closes.stopping)
      refuse({ message: 'Internal error', code: 'internal' }, closes.tryAgain)
    },
  }

  function revoked() {
    const message = 'The key or token of this connection no longer holds; connect with another.'
    refuse({ message, code: 'unauthenticated' }, closes.revoked)
  }

  async function subscribe(message: string | Uint8Array) {
    const ofStates = readStates(message)
    if (ofStates !== undefined) {
      if ('refusal' in ofStates) return refuse(ofStates.refusal, closes.badConfig)
      return subscribeToStates(ofStates.states)
    }
    const read = readConfig(message)
    if ('refusal' in read) return refuse(read.refusal, closes.badConfig)
    if (!(await identity.isCurrent(principal, 'events:read'))) return revoked()
    if (isOver) return
    const { asked } = read
    const { condition, after } = asked
    format = asked.format
    const made = await live.subscribe({ principal, condition, after, sink })
    if (isOver) return made[Symbol.dispose]()
    subscriber = made
    clearTimeout(deadline)
    send(frames.subscribed(asked, { id: made.id, position: made.from }))
  }

  /** Their frames wait for the answer, since they are read in a later turn of the event loop. */
  async function subscribeToStates(asked: StatesAsked) {
    if (!(await identity.isCurrent(principal, 'events:read'))) return revoked()
    const { reducers, rosters, platform, clock } = states
    if (!reducers || !rosters || !platform || !clock) throw new AppError('not_found', NO_STATES)
    const { followStates } = await import('./follow-states')
    const needs = { live, log, reducers, rosters, platform, clock }
    const made = await followStates(needs, asked, { principal, send, end: sink.end })
    if (isOver) return made[Symbol.dispose]()
    subscriber = made
    clearTimeout(deadline)
    const { id, from: position } = made
    send(frames.subscribed({ filters: { ...asked } }, { id, position }))
  }

  async function hear(message: string | Uint8Array, to: Following) {
    const later = readLater(message)
    if (later.type === 'ping') return answer(frames.pong)
    const tenant = limiter && (await findTenant?.(principal.tenantId))
    const allowance = limiter?.known(principal, tenant, 'query')
    if (allowance?.isOver) throw rateLimited(allowance)
    if (isOver || later.type === 'other') return
    if (later.type === 'refused') return answer(frames.error(later.refusal))
    if (to.update === undefined) {
      const text = 'A subscription to states stays what it is; connect anew for others.'
      return answer(frames.error({ message: text, code: 'wrong_state' }))
    }
    to.update(later.asked.condition)
    format = later.asked.format ?? format
    answer(frames.updated(later.asked))
  }

  /** A failure before there is a subscription ends the connection; a later one leaves it as it was. */
  function failed(thrown: Error) {
    const { code, message, errors } = translate(thrown, log, { route: subscribePath })
    if (subscriber !== undefined) return answer(frames.error({ message, code, errors }))
    if (code === 'invalid_cursor') {
      const issue = { path: ['after'], message: 'Must be a position of this tenant', code }
      return refuse({ message: 'Invalid position', code, errors: [issue] }, closes.badPosition)
    }
    if (code === 'busy') {
      return refuse(noPlace, closes.tooMany)
    }
    const isWrong = code === 'not_found' || code === 'invalid_request'
    if (isWrong) return refuse({ message, code, errors }, closes.badConfig)
    refuse({ message, code, errors }, closes.tryAgain)
  }

  async function work() {
    isBusy = true
    for (let next = waiting.shift(); next !== undefined && !isOver; next = waiting.shift()) {
      try {
        await (subscriber === undefined ? subscribe(next) : hear(next, subscriber))
      } catch (thrown) {
        failed(thrown as Error)
      }
    }
    isBusy = false
  }

  return {
    received(message) {
      if (isOver) return
      keepalive.refresh()
      if (waiting.length === MAX_WAITING) return end(closes.tryAgain)
      waiting.push(message)
      if (!isBusy) void work()
    },

    drained() {
      isFull = false
      unread = 0
      subscriber?.ready()
    },

    closed: forget,
  }
}
