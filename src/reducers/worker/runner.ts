import { Worker } from 'node:worker_threads'
import { StorageError } from '../../error/storage-error'
import { reasonOf } from '../run/fold'
import type { Reduced } from '../run/reduce-document'
import {
  type Answer,
  BEAT,
  type Held,
  type Job,
  PLACE,
  type Planned,
  PROGRESS_BYTES,
  REDUCER,
  type Ready,
  type Start,
} from './protocol'

/** A reducer takes microseconds: one that has not come back after so long is in a circle. */
const MAX_MS = 1000
// Its thread may have had no processor: it is given a second chance.
const MAX_TRIES = 2
// Between two events of a batch our own work is done, on megabytes at most.
const MAX_OWN_MS = 60_000
const LOOK_MS = 50
// A module is read, and whatever it imports: ten times as long as an event.
const LOADS_IN = 10
// It is waited for under this number; questions begin with 1.
const LOADING = 0

export interface RunnerNeeds {
  /** The module `worker.ts`, as it is on this platform. */
  workerAt: URL
  files: Start['files']
  hasBuiltIn: boolean
  /** Milliseconds; `MAX_MS` if left out. */
  maxMs?: number
}

/** Runs reducers in a thread of their own. One job at a time. */
export interface Runner extends AsyncDisposable {
  ready(): Promise<Ready>
  /** Begins with events. @throws {StorageError} retriable when the thread died of something else than an event */
  plan(job: Job): Promise<Planned[]>
  /** Takes the events of the job into documents of it; may be asked again. @throws {StorageError} */
  reduce(held: readonly Held[]): Promise<Reduced[]>
}

interface Thread {
  worker: Worker
  progress: Int32Array
  ready: Promise<Ready>
  ask(message: { plan: Job } | { reduce: readonly Held[]; hung: Hung }): Promise<Answer>
}

type Hung = Map<string, Map<number, string>>

/** A thread ended while a reducer was at work on an event, or while a module was loaded (-1). */
class ThreadEnded extends Error {
  readonly reducer: number
  readonly place: number
  constructor(reason: string, { reducer, place }: { reducer: number; place: number }) {
    super(reason)
    this.reducer = reducer
    this.place = place
  }
}

export function createRunner({ workerAt, files, hasBuiltIn, maxMs = MAX_MS }: RunnerNeeds): Runner {
  const passedOver: string[] = []
  let thread: Thread | undefined
  let job: Job | undefined
  let isPlanned = false
  let planned: Planned[] = []
  let slots: readonly { slot: string; reducer: number }[] = []
  /** How often each pair ended a thread. */
  let ends = new Map<string, number>()
  let hung: Hung = new Map()

  function begin(): Thread {
    const shared = new SharedArrayBuffer(PROGRESS_BYTES)
    const progress = new Int32Array(shared)
    progress.fill(-1)
    const workerData: Start = { files, passedOver, hasBuiltIn, progress: shared }
    // It is given no environment: what is in there is no business of a pure function.
    const worker = new Worker(workerAt, { workerData, env: {} })
    worker.unref()
    const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
    let ids = 0
    const isReady = Promise.withResolvers<Ready>()
    // Whoever waits for it is told; nobody may be waiting.
    isReady.promise.catch(() => {})

    let beat = -1
    let since = performance.now()
    const looking = setInterval(look, LOOK_MS)
    looking.unref()

    function look() {
      const now = performance.now()
      const latest = Atomics.load(progress, BEAT)
      if (latest !== beat || waiting.size === 0) {
        beat = latest
        since = now
      }
      const isAtWork = Atomics.load(progress, REDUCER) >= 0
      const others = waiting.has(LOADING) ? LOADS_IN * maxMs : MAX_OWN_MS
      const limit = isAtWork ? maxMs : others
      if (now - since > limit) end(`it took more than ${limit} ms`)
    }

    function end(reason: string) {
      clearInterval(looking)
      if (thread?.worker === worker) {
        thread = undefined
        isPlanned = false // the next one has no events yet
      }
      const [reducer, place] = [Atomics.load(progress, REDUCER), Atomics.load(progress, PLACE)]
      const error = new ThreadEnded(reason, { reducer, place })
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
      void worker.terminate()
    }

    worker.on('message', (answer: Answer) => {
      if ('ready' in answer) {
        waiting.delete(LOADING)
        isReady.resolve(answer.ready)
        return
      }
      const asked = waiting.get(answer.id)
      waiting.delete(answer.id)
      asked?.resolve(answer)
    })
    worker.on('error', (error) => end(`it ended its thread: ${reasonOf(error)}`))
    worker.on('exit', () => end('it ended its thread'))
    // Loading is waited for like an answer.
    waiting.set(LOADING, { resolve() {}, reject: isReady.reject })
    return {
      worker,
      progress,
      ready: isReady.promise,
      ask(message) {
        ids += 1
        const id = ids
        return new Promise((resolve, reject) => {
          waiting.set(id, { resolve, reject })
          since = performance.now()
          worker.ref()
          worker.postMessage({ id, ...message })
        }).finally(() => worker.unref()) as Promise<Answer>
      },
    }
  }

  /** Gives a thread that has loaded everything that can be loaded. */
  async function loaded(): Promise<Thread> {
    for (;;) {
      thread ??= begin()
      const one = thread
      try {
        one.worker.ref()
        await one.ready
        return one
      } catch (error) {
        const module = error instanceof ThreadEnded ? files[error.place]?.path : undefined
        if (module === undefined || passedOver.includes(module)) throw failed(error)
        passedOver.push(module)
      } finally {
        one.worker.unref()
      }
    }
  }

  async function planIn(one: Thread) {
    if (isPlanned) return
    const answer = await one.ask({ plan: job! })
    if (!('planned' in answer)) throw failed(answer)
    planned = answer.planned
    isPlanned = true
  }

  /** Notes who ended a thread. @throws what was no reducer's doing */
  function blame(error: unknown) {
    isPlanned = false
    if (!(error instanceof ThreadEnded) || error.reducer < 0) throw failed(error)
    const { reducer, place, message } = error
    const pair = `${reducer} ${place}`
    const count = (ends.get(pair) ?? 0) + 1
    ends.set(pair, count)
    if (count < MAX_TRIES) return
    for (const { slot } of slots.filter((one) => one.reducer === reducer)) {
      const places = hung.get(slot) ?? new Map<number, string>()
      hung.set(slot, places.set(place, message))
    }
  }

  return {
    async ready() {
      return (await loaded()).ready
    },

    async plan(given) {
      job = given
      slots = given.slots
      isPlanned = false
      ends = new Map()
      hung = new Map()
      await planIn(await loaded())
      return planned
    },

    async reduce(held) {
      for (;;) {
        try {
          const one = await loaded()
          await planIn(one)
          const answer = await one.ask({ reduce: held, hung })
          if ('reduced' in answer) return answer.reduced
          throw failed(answer)
        } catch (error) {
          if (error instanceof StorageError) throw error
          blame(error)
        }
      }
    },

    async [Symbol.asyncDispose]() {
      const one = thread
      thread = undefined
      await one?.worker.terminate()
    },
  }
}

function failed(why: unknown): StorageError {
  const reason = why instanceof Error ? why.message : (why as { failed?: string }).failed
  return new StorageError(`reducers could not be run: ${reason}`, { isRetriable: true })
}
