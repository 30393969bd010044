import type { EventRecord } from '../event/record'
import type { ChangeBatch, Consumer } from '../platform/change-feed'
import type { Clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import type { Registry } from '../platform/registry'
import type { Log } from '../telemetry/log'
import { createHealth } from './health'
import { createKnownBuilds, type KnownBuilds } from './kept/known-builds'
import { slotOf } from './kept/state-document'
import { createWanting } from './kept/wanting'
import { type Told, writeThrough } from './kept/write'
import { lost, takeIntoMemory, writeMemory } from './kept/write-behind'
import type { LoadedReducer } from './loaded'
import { createLock } from './lock'
import type { Applied, Reducing } from './reducers'
import type { Done } from './run/live-document'
import { slotsFor } from './slots'
import { modulesIn } from './worker/modules'
import type { Job, Sum, Which } from './worker/protocol'
import { createRunner, type Runner } from './worker/runner'

// Half a second of five thousand events a second. A reader of states may wait a second for them.
const MAX_RECORDS = 5000
const MAX_BYTES = 8 * 1024 * 1024
const MAX_WAIT_MS = 400
const RELOAD_MS = 1000

export interface ReducingNeeds {
  documents: Pick<DocumentStore, 'get' | 'put' | 'putAll'>
  clock: Clock
  log: Log
  /** The module `worker/worker.ts`, as it is on this platform. */
  workerAt: URL
  /** Modules are read from this folder; of none when left out. */
  folder?: string | undefined
  /** Modules that change are loaded anew. */
  reloads?: boolean
  /** The reducers that come with Nonius run, too. */
  hasBuiltIn?: boolean
  /** An event may take a reducer so long, in milliseconds. */
  maxMs?: number
  /** States stay in memory between batches, and are written when the follower settles (one machine). */
  isWrittenBehind?: boolean
  /** Nothing is reduced for a tenant before somebody asks (`kept/wanted.ts`). Left out, for all. */
  onDemand?: Pick<Registry['tenants'], 'list'> | undefined
  /** Tells which learners were erased. Left out, nobody was. */
  erasedOf?(tenantId: string, learners: readonly string[]): Promise<ReadonlySet<string>>
}

interface Loaded {
  runner: Runner
  reducers: readonly LoadedReducer[]
  builds: KnownBuilds
}

/** Makes what reduces. Nothing is loaded before the first event, and no thread begun. */
export function createReducing(needs: ReducingNeeds): Reducing {
  const { documents, clock, log, folder, hasBuiltIn = true, reloads = false } = needs
  const { isWrittenBehind = false, erasedOf = async () => new Set<string>() } = needs
  const health = createHealth({ documents, clock, log })
  const wanting = createWanting({ documents, clock, tenants: needs.onDemand })
  const following = createLock()
  const running = createLock()
  let loading: Promise<Loaded> | undefined
  let state = ''
  let lookedAt = Number.NEGATIVE_INFINITY

  async function load(): Promise<Loaded> {
    const { files, problem, state: now } = folder ? modulesIn(folder) : NO_MODULES
    state = now
    const runner = createRunner({ ...needs, files, hasBuiltIn })
    try {
      const ready = await runner.ready()
      const problems = [...(problem === undefined ? [] : [problem]), ...ready.problems]
      await health.begin({ ...ready, problems })
      const { loaded: reducers } = ready
      return { runner, reducers, builds: createKnownBuilds({ documents, loaded: reducers, clock }) }
    } catch (error) {
      await runner[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Loads modules when they are first needed, and again when they have changed; within `running`. */
  async function current(): Promise<Loaded> {
    if (reloads && folder !== undefined && loading !== undefined) {
      const now = clock.monotonic()
      if (now - lookedAt >= RELOAD_MS) {
        lookedAt = now
        if (modulesIn(folder).state !== state) await unload()
      }
    }
    loading ??= load()
    try {
      return await loading
    } catch (error) {
      loading = undefined
      throw error
    }
  }

  async function unload() {
    const old = await loading?.catch(() => undefined)
    if (old !== undefined) await settleIn(old, {})
    loading = undefined
    await old?.runner[Symbol.asyncDispose]()
  }

  /** Writes what is in memory. @throws {StorageError} when some of it has to be made again from the feed */
  async function settleIn({ runner, reducers }: Loaded, which: Which) {
    if (!isWrittenBehind) return
    await writeMemory(which, { documents, runner, told: tellInto(reducers), erasedOf })
    if (runner.hasLost()) throw lost()
  }

  /** Has the feed begin again after what was lost, now that its follower is told by an error. */
  async function orAgain<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      ;(await loading?.catch(() => undefined))?.runner.begunAgain()
      throw error
    }
  }

  /** Tells the health of reducers how they fare, document by document. */
  function tellInto(reducers: readonly LoadedReducer[]): Told {
    return ({ done, isDamaged, isTooLarge }) => {
      if (isDamaged) log.error('states of a scope could not be read; they begin anew')
      if (isTooLarge) log.error('states of a scope are too large together; they were given up')
      for (const one of done) health.note(reducers[one.reducer]!, sumOf(one))
    }
  }

  /** @returns what became of the events, by reducer */
  async function runThrough(
    { runner, reducers }: Loaded,
    job: Job,
  ): Promise<ReadonlyMap<number, Applied>> {
    const byReducer = new Map<number, Applied>()
    const tell = tellInto(reducers)
    await writeThrough(await runner.plan(job), documents, runner, (ripe) => {
      tell(ripe)
      for (const one of ripe.done) {
        const before = byReducer.get(one.reducer) ?? NOTHING
        byReducer.set(one.reducer, {
          applied: before.applied + one.applied,
          repeated: before.repeated + one.repeated,
          skipped: before.skipped + one.failures.length,
        })
      }
    })
    await health.write()
    return byReducer
  }

  async function runInMemory(loaded: Loaded, job: Job) {
    const { runner, reducers } = loaded
    if (runner.hasLost()) throw lost()
    const { sums, isFull } = await takeIntoMemory(await runner.plan(job), { documents, runner })
    for (const sum of sums) health.note(reducers[sum.reducer]!, sum)
    if (isFull) await settleIn(loaded, {})
    await health.write()
  }

  async function handle(batch: ChangeBatch) {
    const wants = await wanting.now()
    if (wants === 'none') return
    const all = batch.records().map((record, place) => ({ record, place }))
    const events = all.filter(({ record }) => record.kind === 'event' && wants(record.tenantId))
    if (events.length === 0) return
    const loaded = await current()
    const slots = await slotsFor(loaded, events, batch, health.isOff)
    const tenants = new Set(slots.map(({ tenantId }) => tenantId))
    const wanted = events.filter(({ record }) => tenants.has(record.tenantId))
    if (wanted.length === 0) return
    const positions = batch.positions?.()
    const job: Job = {
      records: JSON.stringify(wanted.map(({ record }) => plainOf(record))),
      positions: positions && wanted.map(({ place }) => positions[place]!),
      ...{ isBuilding: false, isCached: isWrittenBehind, now: clock.now().toISOString(), slots },
    }
    if (isWrittenBehind) await runInMemory(loaded, job)
    else await runThrough(loaded, job)
  }

  const consumer: Consumer = {
    name: 'reducers',
    ...{ maxRecords: MAX_RECORDS, maxBytes: MAX_BYTES, maxWaitMs: MAX_WAIT_MS },
    handle: (batch) => following.with(() => running.with(() => orAgain(() => handle(batch)))),
    ...(isWrittenBehind && {
      settle: () =>
        running.with(() =>
          orAgain(async () => {
            const loaded = await loading?.catch(() => undefined)
            if (loaded !== undefined) await settleIn(loaded, {})
          }),
        ),
    }),
  }

  return {
    consumer,
    async pause(work) {
      return following.with(async () => {
        try {
          return await work()
        } finally {
          // Whatever was shown meanwhile is known at once.
          ;(await loading?.catch(() => undefined))?.builds.forget()
        }
      })
    },

    async settle(tenantId, learners) {
      if (!isWrittenBehind || loading === undefined) return
      await running.with(async () => {
        const loaded = await loading?.catch(() => undefined)
        if (loaded !== undefined) await settleIn(loaded, { tenantId, learners })
      })
    },

    wanted: wanting.forget,

    async loaded() {
      return running.with(async () => (await current()).reducers)
    },

    async catalogue() {
      await running.with(current)
      return health.read()
    },

    async apply(tenantId, builds, events) {
      return running.with(async () => {
        const loaded = await current()
        const slots = builds.map(({ name, version, build }) => {
          const reducer = loaded.reducers.findIndex(
            (one) => one.name === name && one.version === version,
          )
          if (reducer < 0) throw new Error(`${name} in version ${version} is not loaded`)
          return { tenantId, slot: slotOf(name, build), reducer }
        })
        for (const { reducer } of slots) health.switchOn(loaded.reducers[reducer]!)
        // Documents of this tenant in memory would not know what is written here.
        await settleIn(loaded, { tenantId })
        if (isWrittenBehind) await loaded.runner.drop({ tenantId })
        const own = events.filter(({ record }) => record.kind === 'event')
        const hasPlaces = own.length > 0 && own.every(({ at }) => at !== undefined)
        const byReducer = await runThrough(loaded, {
          records: JSON.stringify(own.map(({ record }) => plainOf({ ...record, tenantId }))),
          positions: hasPlaces ? own.map(({ at }) => at!) : undefined,
          ...{ isBuilding: true, isCached: false, now: clock.now().toISOString() },
          slots,
        })
        return slots.map(({ reducer }) => byReducer.get(reducer) ?? NOTHING)
      })
    },

    async [Symbol.asyncDispose]() {
      await running.with(async () => {
        if (loading === undefined) return
        await unload().catch(async () => (await loading)?.runner[Symbol.asyncDispose]())
        await health.write(true).catch(() => {})
      })
    },
  }
}

const NOTHING: Applied = { applied: 0, skipped: 0, repeated: 0 }

const NO_MODULES = { files: [], problem: undefined, state: '' }

function sumOf({ failures, ...done }: Done): Sum {
  return { ...done, failures, failed: failures.length }
}

function plainOf({ server: _, contentDigest: __, ...plain }: EventRecord) {
  return plain
}
