import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { StorageError } from '../../error/storage-error'
import type { Log } from '../../telemetry/log'
import type { BlobStore } from '../blob-store'
import type { Clock } from '../clock'
import type { Tenants } from '../registry/tenants'
import type { SettledDay, Settlement } from '../settlement'
import { createExpiry } from './settlement/expiry'
import { listLanded } from './settlement/landed'
import { noteEnd, noteTooMuch } from './settlement/outcomes'
import { pointersOf } from './settlement/oversize'
import { createRequests } from './settlement/requests'
import { type AgeStep, readState, type State, writeState } from './settlement/state'
import type { Statements } from './settlement/statements'
import { nextStep, type Situation, type Step, textOf } from './settlement/steps'
import { dayBefore, viewText } from './settlement/texts'
import { tidy } from './settlement/tidy'

export interface SettlementNeeds {
  statements: Statements
  /** The objects of the lake's bucket. */
  lake: Pick<BlobStore, 'list' | 'delete'>
  /** The name of that bucket. */
  bucket: string
  /** Holds what settling notes, and the requests of erasures. */
  blobs: BlobStore
  tenants: Pick<Tenants, 'list'>
  clock: Clock
  log: Log
}

// The shortest statements take half a second, most take ten. Growing by half, the delay seen stays under a third.
const FIRST_POLL_MS = 200
const LAST_POLL_MS = 5000
const GROWTH = 1.5

// A lake that fails is asked again in ten minutes, then in twenty, and every six hours in the end.
const FIRST_PAUSE_MS = 10 * 60_000
const LONGEST_PAUSE_MS = 6 * 60 * 60_000

/**
 * Settles the lake by statements of Athena, one at a time. Each can be repeated, and what is noted between them
 * is enough for another process to go on: whoever has no more time leaves the statement running, and the next
 * one finds it.
 */
export function createSettlement(needs: SettlementNeeds): Settlement & { close(): Promise<void> } {
  const { statements, lake, bucket, blobs, clock, log } = needs
  const requests = createRequests(blobs)

  /** @returns the moment at which the statement was taken; undefined while it runs on without us */
  async function run(state: State, step: Step | AgeStep, sql: string, deadline: number) {
    if (state.running === undefined) {
      const token = createHash('sha256').update(`${state.ended} ${sql}`).digest('hex')
      const id = await statements.start(sql, token).catch(async (error: unknown) => {
        // A statement that Athena refuses to begin is as one that failed; a network that is down is not.
        if (error instanceof StorageError && !error.isRetriable) {
          await noteFailure(state, step, { reason: error.message, isMoreNeeded: false })
        }
        throw error
      })
      state.running = { step, id }
      await writeState(blobs, state)
    }
    const { id } = state.running
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * GROWTH, LAST_POLL_MS)) {
      const found = await statements.look(id)
      if (found.status === 'succeeded') return { id, startedAt: found.submittedAt }
      if (found.status === 'failed') {
        await noteFailure(state, step, found)
        if (!found.isMoreNeeded) throw new StorageError(found.reason, { isRetriable: true })
        return undefined
      }
      if (clock.monotonic() + pause > deadline) return undefined
      await sleep(pause)
    }
  }

  async function noteFailure(
    state: State,
    { kind }: Step | AgeStep,
    { reason, isMoreNeeded }: { reason: string; isMoreNeeded: boolean },
  ) {
    state.running = undefined
    state.ended += 1
    if (kind === 'aged' || kind === 'expire') {
      state.expiryProblem = `${kind}: ${reason}`
      state.expiredOn = clock.now().toISOString().slice(0, 10)
    } else if (!isMoreNeeded) {
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** state.failures, LONGEST_PAUSE_MS)
      state.failures += 1
      state.problem = `${kind}: ${reason}`
      noteTooMuch(state, kind, reason)
      state.retryAt = new Date(clock.now().getTime() + pause).toISOString()
    }
    if (!isMoreNeeded) {
      log.error('a statement of settling failed', { kind, reason })
    }
    await writeState(blobs, state)
  }

  function noteSuccess(state: State) {
    state.running = undefined
    state.ended += 1
    state.failures = 0
    state.problem = undefined
    state.retryAt = undefined
  }

  function mayTry({ retryAt }: State): boolean {
    return retryAt === undefined || retryAt <= clock.now().toISOString()
  }

  async function situationAt(
    state: State,
    { until, landed }: Pick<Situation, 'until' | 'landed'>,
  ): Promise<Situation> {
    const open = await requests.open()
    for (const request of open) {
      if (request.pointers !== undefined || request.deletedAt !== undefined) continue
      request.pointers = await pointersOf(request, blobs)
      await requests.write(request)
    }
    return { state, landed, requests: open, until, now: clock.now() }
  }

  /** Carries out one step. @returns its days; undefined when there is no more time */
  async function advance(step: Step, situation: Situation, deadline: number) {
    const { state } = situation
    const ended = await run(state, step, textOf(step, situation, bucket), deadline)
    if (ended === undefined) return undefined
    const answer = () => statements.answer(ended.id)
    const { startedAt } = ended
    const { days = [], changed = [] } = await noteEnd(step, {
      ...{ state, requests: situation.requests, startedAt, answer },
    })
    for (const request of changed) await requests.write(request)
    noteSuccess(state)
    await writeState(blobs, state)
    log.info('a step of settling is done', {
      kind: step.kind,
      ...('day' in step && { day: step.day }),
    })
    return days
  }

  async function settle({
    until,
    maxMs = Number.POSITIVE_INFINITY,
    onDay,
    signal,
  }: Parameters<Settlement['settle']>[0]) {
    const deadline = clock.monotonic() + maxMs
    const days: SettledDay[] = []
    const state = await readState(blobs)
    if (!mayTry(state)) return { days, isDone: false }
    // A lake that was never settled takes seconds to list: what lands meanwhile is seen by the next call.
    const landed = await listLanded(lake)
    for (;;) {
      if (signal?.aborted || clock.monotonic() >= deadline) return { days, isDone: false }
      const situation = await situationAt(state, { until, landed })
      const running = state.running?.step
      // Expiry ends by itself what it left behind.
      if (running?.kind === 'aged' || running?.kind === 'expire') return { days, isDone: false }
      const step = (running as Step | undefined) ?? nextStep(situation)
      if (step === undefined) {
        await tidy(situation, { lake, blobs, requests })
        await writeState(blobs, state)
        return { days, isDone: true }
      }
      const settled = await advance(step, situation, deadline)
      if (state.running !== undefined) return { days, isDone: false }
      for (const day of settled ?? []) {
        days.push(day)
        onDay?.(day)
      }
    }
  }

  return {
    settle,
    expire: createExpiry({ ...needs, run, noteSuccess }),

    async state() {
      const [state, landed] = await Promise.all([readState(blobs), listLanded(lake)])
      const { from, view, expiryProblem } = state
      const problem = state.problem ?? expiryProblem
      const today = clock.now().toISOString().slice(0, 10)
      const waiting = [...landed].filter(
        ([day]) => day < today && (from === undefined || day >= from),
      )
      const isShown = from !== undefined && view === viewText(from)
      return {
        ...(isShown && { settledThrough: dayBefore(from, 1) }),
        waiting: waiting.reduce((sum, [, { objects }]) => sum + Object.keys(objects).length, 0),
        ...(problem !== undefined && { problem }),
      }
    },

    async close() {},
  }
}
