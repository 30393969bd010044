import { StorageError } from '../../error/storage-error'
import { SHOWING } from '../run/live-document'
import {
  type Answer,
  eventNameOf,
  type Held,
  type Job,
  type Kept,
  type Needed,
  type Question,
  type Ready,
  type Ripe,
  type Start,
  type Sum,
  type Which,
} from './protocol'
import { beginThread, type Thread, ThreadEnded } from './thread'

/** A reducer takes microseconds: one that has not come back after so long is in a circle. */
const MAX_MS = 1000
// Its thread may have had no processor: it is given a second chance.
const MAX_TRIES = 2
// A reducer is switched off long before it has hung so often.
const MAX_HUNG = 1000

export interface RunnerNeeds {
  /** The module `worker.ts`, as it is on this platform. */
  workerAt: URL
  files: Start['files']
  hasBuiltIn: boolean
  /** Milliseconds; `MAX_MS` if left out. */
  maxMs?: number | undefined
}

/** Runs reducers in a thread of their own. One job at a time. Each method throws `StorageError`. */
export interface Runner extends AsyncDisposable {
  ready(): Promise<Ready>
  /** Begins with events. @returns the documents that it needs */
  plan(job: Job): Promise<Needed[]>
  /** Takes the events of the job into documents of it; may be asked again, of a job that is not cached. */
  reduce(held: readonly Held[]): Promise<Ripe[]>
  /** Takes them into documents in memory, and into these. @returns whether all have to be written now */
  reduceInMemory(held: readonly Held[]): Promise<{ sums: Sum[]; isFull: boolean }>
  /** Gives documents that are to be written, some at a time, none when all are. */
  flush(which: Which): Promise<Ripe[]>
  keep(kept: readonly Kept[]): Promise<void>
  /** Forgets documents in memory. What is not written of all of them is lost; of some, the caller has had it written. */
  drop(which?: Which): Promise<void>
  /** Tells that a thread ended with states in memory; they have to be made again from the feed. */
  hasLost(): boolean
  /** Notes that some of them are out of date. */
  lose(): void
  /** Notes that they will be made again. */
  begunAgain(): void
}

export function createRunner(needs: RunnerNeeds): Runner {
  const { files, maxMs = MAX_MS } = needs
  const passedOver: string[] = []
  let thread: Thread | undefined
  let job: Job | undefined
  let isPlanned = false
  let isUnsaved = false
  let isLost = false
  /** How often a reducer and an event ended a thread. */
  const ends = new Map<string, number>()
  const hung = new Map<number, Map<string, string>>()

  function begin(): Thread {
    const begun = beginThread({
      ...{ ...needs, maxMs, passedOver },
      ended() {
        if (thread !== begun) return
        thread = undefined
        isPlanned = false // the next one has no events yet
        isLost ||= isUnsaved
        isUnsaved = false
      },
    })
    return begun
  }

  /** Gives a thread that has loaded everything that can be loaded. */
  async function loaded(): Promise<Thread> {
    for (;;) {
      thread ??= begin()
      const one = thread
      try {
        await one.ready
        return one
      } catch (error) {
        const module = error instanceof ThreadEnded ? files[error.place]?.path : undefined
        if (module === undefined || passedOver.includes(module)) throw failed(error)
        passedOver.push(module)
      }
    }
  }

  async function ask(question: Question): Promise<Answer> {
    try {
      const answer = await (await loaded()).ask(question)
      if ('failed' in answer) throw failed(answer)
      return answer
    } catch (error) {
      if (error instanceof StorageError) throw error
      throw blamed(error)
    }
  }

  /** Notes who ended a thread. */
  function blamed(error: unknown): StorageError {
    if (!(error instanceof ThreadEnded) || error.reducer < 0) return failed(error)
    const { reducer, place, message } = error
    const records = job === undefined ? [] : (JSON.parse(job.records) as EventName[])
    const event = place === SHOWING ? undefined : records[place]
    const name = event === undefined ? '' : eventNameOf(event)
    const count = (ends.get(`${reducer} ${name}`) ?? 0) + 1
    if (ends.size >= MAX_HUNG) ends.clear()
    ends.set(`${reducer} ${name}`, count)
    if (count >= MAX_TRIES) {
      const own = hung.get(reducer) ?? new Map<string, string>()
      if (own.size >= MAX_HUNG) own.clear()
      hung.set(reducer, own.set(name, message))
    }
    return new TriedAgain(`a reducer ended its thread: ${message}`, { isRetriable: true })
  }

  async function planAgain(): Promise<Needed[]> {
    const answer = await ask({ plan: job!, hung })
    isPlanned = true
    return 'needed' in answer ? answer.needed : []
  }

  return {
    async ready() {
      return (await loaded()).ready
    },

    async plan(given) {
      job = given
      isPlanned = false
      return planAgain()
    },

    async reduce(held) {
      for (;;) {
        try {
          if (!isPlanned) await planAgain()
          const answer = await ask({ reduce: held })
          return 'ripe' in answer ? answer.ripe : []
        } catch (error) {
          // Nothing is lost but the work.
          if (!(error instanceof TriedAgain)) throw error
        }
      }
    },

    async reduceInMemory(held) {
      isUnsaved = true
      const answer = await ask({ reduce: held })
      return 'sums' in answer ? answer : { sums: [], isFull: false }
    },

    async flush(which) {
      if (thread === undefined) return []
      const answer = await ask({ flush: which, hung })
      const ripe = 'ripe' in answer ? answer.ripe : []
      if (ripe.length === 0 && which.tenantId === undefined) isUnsaved = false
      return ripe
    },

    keep: async (kept) => void (await ask({ kept })),

    async drop(which = {}) {
      if (which.tenantId === undefined) {
        isLost ||= isUnsaved
        isUnsaved = false
      }
      if (thread !== undefined) await ask({ drop: which })
    },

    hasLost: () => isLost,
    lose() {
      isLost = true
    },
    begunAgain() {
      isLost = false
    },

    async [Symbol.asyncDispose]() {
      await thread?.terminate()
    },
  }
}

interface EventName {
  tenantId: string
  eventId: string
}

/** A reducer ended the thread: the same again is another try, or leaves its event out. */
class TriedAgain extends StorageError {}

function failed(why: unknown): StorageError {
  const reason = why instanceof Error ? why.message : (why as { failed?: string }).failed
  return new StorageError(`reducers could not be run: ${reason}`, { isRetriable: true })
}
