import { Worker } from 'node:worker_threads'
import { reasonOf } from '../run/fault'
import {
  type Answer,
  BEAT,
  PLACE,
  PROGRESS_BYTES,
  type Question,
  REDUCER,
  type Ready,
  type Start,
} from './protocol'

// Between two events of a batch our own work is done, on megabytes at most.
const MAX_OWN_MS = 60_000
const LOOK_MS = 50
// A module is read, and whatever it imports: ten times as long as an event.
const LOADS_IN = 10
// It is waited for under this number; questions begin with 1.
const LOADING = 0

/** A thread ended while a reducer was at work on an event, or a module was loaded (`reducer` is -1). */
export class ThreadEnded extends Error {
  readonly reducer: number
  readonly place: number
  constructor(reason: string, { reducer, place }: { reducer: number; place: number }) {
    super(reason)
    this.reducer = reducer
    this.place = place
  }
}

/** A thread with reducers in it, which ends when one of them does not come back. */
export interface Thread {
  ready: Promise<Ready>
  /** @throws {ThreadEnded} */
  ask(question: Question): Promise<Answer>
  terminate(): Promise<unknown>
}

interface Needs extends Omit<Start, 'progress'> {
  workerAt: URL
  /** A reducer may take so long for an event, in milliseconds. */
  maxMs: number
  /** Is told once it has ended, whoever ended it. */
  ended(): void
}

export function beginThread({ workerAt, maxMs, ended, ...given }: Needs): Thread {
  const { files, passedOver, hasBuiltIn } = given
  const shared = new SharedArrayBuffer(PROGRESS_BYTES)
  const progress = new Int32Array(shared)
  progress.fill(-1)
  const workerData: Start = { files, passedOver, hasBuiltIn, progress: shared }
  // It is given no environment: what is in there is no business of a pure function.
  const worker = new Worker(workerAt, { workerData, env: {} })
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let ids = 0
  let isOver = false
  const ready = Promise.withResolvers<Ready>()
  // Whoever waits for it is told; nobody may be waiting.
  ready.promise.catch(() => {})
  waiting.set(LOADING, { resolve() {}, reject: ready.reject })

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
    if (isOver) return
    isOver = true
    clearInterval(looking)
    ended()
    const [reducer, place] = [Atomics.load(progress, REDUCER), Atomics.load(progress, PLACE)]
    const error = new ThreadEnded(reason, { reducer, place })
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    void worker.terminate()
  }

  worker.on('message', (answer: Answer) => {
    if ('ready' in answer) {
      waiting.delete(LOADING)
      ready.resolve(answer.ready)
      if (waiting.size === 0) worker.unref()
      return
    }
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    // A process that has nothing else to do need not wait for an idle thread.
    if (waiting.size === 0) worker.unref()
    asked?.resolve(answer)
  })
  worker.on('error', (error) => end(`it ended its thread: ${reasonOf(error)}`))
  worker.on('exit', () => end('it ended its thread'))

  return {
    ready: ready.promise,
    ask(question) {
      if (isOver) {
        return Promise.reject(new ThreadEnded('it has ended', { reducer: -1, place: -1 }))
      }
      ids += 1
      const id = ids
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        since = performance.now()
        worker.ref()
        worker.postMessage({ id, ...question })
      })
    },
    terminate() {
      end('it was ended')
      return worker.terminate()
    },
  }
}
