import { setImmediate } from 'node:timers/promises'
import { answers } from '../../observer/answers'
import type { Refusal, Sent } from '../../observer/frame'
import { journalOf } from '../../observer/journal'
import { finish, giveUp, hear, nextLook, pass, tooMany } from '../../observer/machine'
import { type Effect, newState, type Terms } from '../../observer/state'
import type { Connection, Conversation, Line } from '../../platform/connections'
import { MOST_PER_BYTE } from '../../syntax/json-cost'
import type { Observing } from '../observer'
import { createJournaling } from './journaling'
import { failureOf, isTerminate, lengthOf, PIECE_EFFECTS, pieceOf } from './pieces'
import { createReceipts } from './receipts'

/** One connection while it lasts, and until what it brought is durable. */
export interface Stream extends Conversation {
  /** Looks whether its key still holds, and what time brings. */
  look(): Promise<void>
  /** Ends it, and resolves once all that it brought is dealt with. */
  settle(): Promise<void>
}

// A store that fails is tried again after so long.
const AGAIN_MS = 1000
// As a subscription is closed whose key was revoked; the next handshake is refused, and a client backs off.
const REVOKED = { code: 4401, reason: 'The key or token no longer holds; connect with another.' }

const noRoom: Refusal = {
  code: 'busy',
  message: 'Frames came faster than they can be stored',
  path: [],
}

/** @param ended is called once nothing of it is left to do */
export function openStream(
  needs: Observing,
  { connection, line, connectionId }: { connection: Connection; line: Line; connectionId: string },
  ended: () => void,
): Stream {
  const { clock, log, perform, findSource, identity, limiter, findTenant, budget, flow } = needs
  const { againMs = AGAIN_MS } = needs
  const { principal } = connection
  const { tenantId } = principal
  const state = newState(connectionId, now())
  const receipts = createReceipts(send)
  const journaling = createJournaling(journalOf(needs.documents, connection), state, log)
  /** Frames that came and are not heard yet, and what is to be done about those that are. */
  const inbox: Sent[] = []
  const effects: Effect[] = []
  let came = 0
  /** Characters that are counted in `flow`, by frame; and in the room of those that wait. */
  const flowing = new Map<number, number>()
  let waitingCounted = 0
  let terms: Terms | undefined
  let isFull = false
  let isEnding = false
  let isClosed = false
  let isRevoked = false
  let running: Promise<void> | undefined
  let settled: Promise<void> | undefined
  let wake: (() => void) | undefined

  function now() {
    return clock.now().toISOString()
  }

  function send(text: string) {
    if (!isClosed && !line.send(text)) isFull = true
  }

  /** Waits, but not beyond the end of the connection, or until it is woken. */
  function pause(ms: number) {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function done(frames: readonly number[]) {
    for (const n of frames) {
      const length = flowing.get(n)
      if (length === undefined) continue
      flowing.delete(n)
      flow.giveBack(tenantId, length)
    }
    receipts.done(frames)
  }

  function lose(frames: readonly number[], refusal: Refusal) {
    const frame = frames.at(-1)
    if (frame !== undefined) send(answers.error(refusal, { frame, kept: false }))
    done(frames)
  }

  function run() {
    running ??= work().finally(() => {
      running = undefined
    })
    return running
  }

  async function work() {
    terms ??= await termsNow()
    while (inbox.length > 0 || effects.length > 0) {
      await hearSome(terms)
      if (effects.length > 0) await write(pieceOf(effects))
      if (effects.length === 0) journaling.changed()
      // Whoever does not read its answers is not listened to.
      while (isFull && !isEnding) await pause(againMs)
    }
  }

  async function termsNow(): Promise<Terms> {
    for (;;) {
      try {
        const source = await findSource(tenantId, principal.sourceId)
        return { settings: source?.observer, personId: principal.person?.learnerId }
      } catch (error) {
        log.warn('the settings of a source cannot be read', { reason: (error as Error).message })
        await pause(againMs)
      }
    }
  }

  async function hearSome(known: Terms) {
    const tenant = limiter && (await findTenant?.(tenantId))
    for (let turns = 0; turns < PIECE_EFFECTS && effects.length < PIECE_EFFECTS; turns += 1) {
      const [sent] = inbox
      if (sent === undefined) return
      const allowance = isEnding ? undefined : limiter?.known(principal, tenant, 'publish')
      if (allowance?.isOver) {
        // A client of this protocol cannot be told to wait: its frames do.
        if (effects.length === 0) await pause(allowance.resetSeconds * 1000)
        return
      }
      inbox.shift()
      effects.push(...hear(state, sent, known))
      if (state.waiting.at(-1) === sent) unflow(sent)
      countWaiting()
    }
    if (effects.length === 0) await setImmediate()
  }

  /** A frame that waits has room of another kind, which those that are stored at once do not need. */
  function unflow({ n }: Sent) {
    const length = flowing.get(n)
    if (length !== undefined) flow.giveBack(tenantId, length)
    flowing.delete(n)
  }

  function countWaiting() {
    const { waiting } = needs
    const more = state.waitingLength - waitingCounted
    if (more > 0 && !waiting.take(tenantId, more)) effects.push(...giveUp(state, tooMany))
    else if (more > 0) waitingCounted += more
    if (state.waitingLength < waitingCounted) {
      waiting.giveBack(tenantId, waitingCounted - state.waitingLength)
      waitingCounted = state.waitingLength
    }
  }

  /** Does a piece of what is to be done, for as long as it takes. */
  async function write(piece: readonly Effect[]): Promise<void> {
    const length = lengthOf(piece)
    for (;;) {
      try {
        const lease = await budget?.lease(tenantId, length * MOST_PER_BYTE, length)
        lease?.arrived()
        try {
          const performed = await perform(connection, state, piece, lease)
          effects.splice(0, piece.length)
          for (const text of performed.answers) send(text)
          done(performed.frames)
          if (piece.some(isTerminate)) receipts.tell()
          return
        } finally {
          lease?.release()
        }
      } catch (error) {
        const { code, message, retryAfter } = failureOf(error)
        if (code === 'rate_limited') tellToWait(retryAfter)
        if (code === 'internal')
          log.error('frames of a stream', { reason: (error as Error).message })
        if (code !== undefined) return giveUpOn(piece, { code, message, path: [] })
        log.warn('frames of a stream wait for their store', { reason: message })
        await pause(againMs)
      }
    }
  }

  /** Finds what cannot be stored, so that it costs nothing else. */
  async function giveUpOn(piece: readonly Effect[], refusal: Refusal): Promise<void> {
    if (piece.length > 1 && refusal.code !== 'rate_limited') {
      const half = Math.ceil(piece.length / 2)
      await write(piece.slice(0, half))
      return write(piece.slice(half))
    }
    effects.splice(0, piece.length)
    lose(
      piece.flatMap((effect) => ('n' in effect ? [effect.n] : [])),
      refusal,
    )
  }

  /** A client whose tenant is over its budget keeps its events, if it is told so in its own words. */
  function tellToWait(seconds = 60) {
    const message = 'More events came than this tenant may send for now'
    const timeLimit = seconds * 1000
    send(answers.blocked({ action: 'MAINTAIN', timeLimit, rule: 'budget', message }))
  }

  async function settleOnce() {
    isEnding = true
    wake?.()
    await run()
    if (terms !== undefined) effects.push(...finish(state, terms))
    countWaiting()
    await run()
    receipts.tell()
    journaling.changed()
    await journaling.idle()
    ended()
  }

  function settle() {
    settled ??= settleOnce()
    return settled
  }

  return {
    received(message) {
      if (isEnding || isRevoked) return
      came += 1
      const isText = typeof message === 'string'
      const text = isText ? message : Buffer.from(message).toString('base64')
      const sent: Sent = { n: came, at: now(), text, ...(!isText && { isBinary: true }) }
      if (!flow.take(tenantId, text.length)) return lose([came], noRoom)
      flowing.set(came, text.length)
      inbox.push(sent)
      void run()
    },

    drained() {
      isFull = false
      wake?.()
    },

    closed() {
      isClosed = true
      void settle()
    },

    async look() {
      if (isEnding || isRevoked) return
      const scope = principal.person === undefined ? 'events:write' : undefined
      // While nobody can tell, a connection stays.
      isRevoked = !(await identity.isCurrent(principal, scope).catch(() => true))
      if (isRevoked) {
        send(answers.notIdentified(REVOKED.reason))
        return line.close(REVOKED.code, REVOKED.reason)
      }
      const at = nextLook(state)
      if (at === undefined || terms === undefined || clock.now().getTime() < at) return
      effects.push(...pass(state, now(), terms))
      countWaiting()
      void run()
    },

    settle,
  }
}
