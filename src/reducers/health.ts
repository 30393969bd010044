import type { Clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import type { Log } from '../telemetry/log'
import { CATALOGUE_TENANT, readCatalogue } from './kept/catalogue'
import { CATALOGUE } from './kept/places'
import { JSON_TYPE } from './kept/state-document'
import type { Catalogue, LoadedReducer, ReducerHealth } from './loaded'
import type { Ready, Sum } from './worker/protocol'

// A reducer that fails on one event in ten, a hundred at least, does not know what it is given.
const OFF_FAILURES = 100
const OFF_SHARE = 0.1
const LOOKED_AT = 2000
// Each costs all reducers two seconds, and a new thread.
const OFF_HANGS = 3
const HOUR_MS = 60 * 60 * 1000
// A batch has at most two thousand events; a reducer that needs a millisecond for each is too slow for all.
const SLOW_MS = 2000
const WRITE_MS = 5000
const TELL_MS = 60_000

type One = LoadedReducer

export { readCatalogue } from './kept/catalogue'

interface Figures {
  /** Since the last write. */
  skipped: number
  failed: number
  done: number
  hungAt: number[]
  toldAt: number
  lastFailure?: ReducerHealth['lastFailure']
  offSince?: string | undefined
  why?: string | undefined
}

/** Counts how reducers fare, and switches off those that only fail. */
export interface Health {
  /** Is told what a process has loaded. @throws {StorageError} */
  begin(ready: Ready): Promise<void>
  isOff(one: One): boolean
  /** Gives one another chance. */
  switchOn(one: One): void
  /** Is told what became of a batch. */
  note(one: One, sum: Sum): void
  /** Writes what is new, at most every few seconds unless it is urgent. @throws {StorageError} */
  write(isUrgent?: boolean): Promise<void>
  read(): Promise<Catalogue>
}

const nameOf = ({ name, version, code }: One) => JSON.stringify([name, version, code])

export function createHealth({
  documents,
  clock,
  log,
}: {
  documents: Pick<DocumentStore, 'get' | 'put'>
  clock: Clock
  log: Log
}): Health {
  let ready: Ready = { loaded: [], problems: [] }
  const figures = new Map<string, Figures>()
  let isChanged = false
  let writtenAt = Number.NEGATIVE_INFINITY

  function of(one: One): Figures {
    const name = nameOf(one)
    const found = figures.get(name) ?? {
      ...{ skipped: 0, failed: 0, done: 0, hungAt: [], toldAt: Number.NEGATIVE_INFINITY },
    }
    figures.set(name, found)
    return found
  }

  function switchOff(one: One, why: string) {
    const own = of(one)
    if (own.offSince !== undefined) return
    own.offSince = clock.now().toISOString()
    own.why = why
    isChanged = true
    writtenAt = Number.NEGATIVE_INFINITY
    const { name: reducer, version, origin } = one
    const mend = `change it, and build its states anew: nonius reducers rebuild ${reducer}`
    log.error('a reducer was switched off', { reducer, version, origin, why, mend })
  }

  async function write(isUrgent = false) {
    const now = clock.monotonic()
    if (!isUrgent && (!isChanged || now - writtenAt < WRITE_MS)) return
    const found = await documents.get(CATALOGUE_TENANT, CATALOGUE)
    const held = found && (JSON.parse(Buffer.from(found.bytes).toString()) as Catalogue)
    const skipped = new Map<Figures, number>()
    const reducers = ready.loaded.map((one) => {
      const own = of(one)
      const before = held?.reducers.find((other) => nameOf(other) === nameOf(one))
      skipped.set(own, own.skipped)
      const { lastFailure = before?.lastFailure } = own
      const off = own.offSince !== undefined
      const why = own.why ?? before?.offBecause
      return {
        ...one,
        skipped: (before?.skipped ?? 0) + own.skipped,
        ...(lastFailure && { lastFailure }),
        ...(off && { offSince: own.offSince, ...(why && { offBecause: why }) }),
      }
    })
    const catalogue: Catalogue = {
      ...{ reducers, problems: ready.problems, updatedAt: clock.now().toISOString() },
    }
    const bytes = Buffer.from(JSON.stringify(catalogue))
    const condition = found ? { ifMatch: found.etag } : ({ ifNoneMatch: '*' } as const)
    const content = { bytes, contentType: JSON_TYPE }
    const { kind } = await documents.put(CATALOGUE_TENANT, CATALOGUE, content, condition)
    writtenAt = now
    // Another process was first: the next write adds what is new here.
    if (kind === 'mismatch') return
    for (const [own, count] of skipped) own.skipped -= count
    isChanged = false
  }

  return {
    async begin(given) {
      ready = given
      for (const problem of given.problems) log.error('a reducer cannot be used', { problem })
      // A reducer that was switched off before the last start stays so while it is the same code.
      const { reducers } = await readCatalogue(documents)
      for (const one of given.loaded) {
        const before = reducers.find((other) => nameOf(other) === nameOf(one))
        if (before?.offSince !== undefined) {
          Object.assign(of(one), { offSince: before.offSince, why: before.offBecause })
        }
      }
      await write(true)
    },

    isOff: (one) => of(one).offSince !== undefined,

    switchOn(one) {
      const own = of(one)
      if (own.offSince === undefined) return
      Object.assign(own, { offSince: undefined, failed: 0, done: 0, hungAt: [] })
      isChanged = true
    },

    note(one, { applied, failed, failures, ms }) {
      const own = of(one)
      const now = clock.monotonic()
      own.done += applied
      if (ms > SLOW_MS) own.hungAt.push(now)
      if (failed > 0) {
        const reason = failures.at(-1)?.reason ?? 'it failed'
        own.failed += failed
        own.skipped += failed
        own.lastFailure = { reason, at: clock.now().toISOString() }
        own.hungAt.push(...failures.filter(({ isHung }) => isHung).map(() => now))
        isChanged = true
        if (now - own.toldAt > TELL_MS) {
          own.toldAt = now
          const { name: reducer, version } = one
          log.warn('a reducer failed on events', {
            reducer,
            version,
            events: failures.length,
            reason,
          })
        }
      }
      own.hungAt = own.hungAt.filter((at) => now - at < HOUR_MS)
      const all = own.failed + own.done
      if (own.hungAt.length >= OFF_HANGS) {
        switchOff(one, `it ran too long ${own.hungAt.length} times within an hour`)
      } else if (own.failed >= OFF_FAILURES && own.failed > all * OFF_SHARE) {
        switchOff(one, `it failed on ${own.failed} of ${all} events: ${own.lastFailure?.reason}`)
      }
      // Older events count less.
      if (all > LOOKED_AT) Object.assign(own, { failed: own.failed / 2, done: own.done / 2 })
    },

    write,
    read: () => readCatalogue(documents),
  }
}
