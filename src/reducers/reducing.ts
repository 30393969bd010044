import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventRecord } from '../event/record'
import type { ChangeBatch, Consumer } from '../platform/change-feed'
import type { Clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import type { Log } from '../telemetry/log'
import { createHealth } from './health'
import type { Build, TenantBuilds } from './kept/builds'
import { createKnownBuilds, type KnownBuilds } from './kept/known-builds'
import { slotOf } from './kept/state-document'
import { writeStates } from './kept/write'
import type { LoadedReducer } from './loaded'
import { createLock } from './lock'
import type { Applied, Reducing } from './reducers'
import type { Done } from './run/reduce-document'
import { modulesIn } from './worker/modules'
import type { Job, Slot } from './worker/protocol'
import { createRunner, type Runner } from './worker/runner'

// At five thousand events a second a batch is a quarter of a second's; a learner's states are written as often.
const MAX_RECORDS = 2000
const MAX_BYTES = 4 * 1024 * 1024
const MAX_WAIT_MS = 200
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
}

interface Loaded {
  runner: Runner
  reducers: readonly LoadedReducer[]
  builds: KnownBuilds
}

/** Makes what reduces. Nothing is loaded before the first event, and no thread begun. */
export function createReducing(needs: ReducingNeeds): Reducing {
  const { documents, clock, log, folder, hasBuiltIn = true, reloads = false } = needs
  const health = createHealth({ documents, clock, log })
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
    const old = loading
    loading = undefined
    await (await old?.catch(() => undefined))?.runner[Symbol.asyncDispose]()
  }

  async function run({ runner, reducers }: Loaded, job: Job): Promise<Applied> {
    const planned = await runner.plan(job)
    const applied: Applied = { applied: 0, skipped: 0, repeated: 0 }
    const byReducer = new Map<number, Done[]>()
    await writeStates(planned, { documents, runner }, ({ tasks, isDamaged }) => {
      if (isDamaged) log.error('states of a scope could not be read; they begin anew')
      for (const done of tasks) {
        applied.applied += done.applied
        applied.repeated += done.repeated
        applied.skipped += done.failures.length
        const list = byReducer.get(done.reducer)
        if (list === undefined) byReducer.set(done.reducer, [done])
        else list.push(done)
      }
    })
    for (const [reducer, done] of byReducer) health.note(reducers[reducer]!, done)
    await health.write()
    return applied
  }

  async function slotsFor(
    { reducers, builds }: Loaded,
    tenants: Iterable<string>,
    events: readonly { record: EventRecord; place: number }[],
    batch: ChangeBatch,
  ): Promise<Slot[]> {
    const slots: Slot[] = []
    for (const tenantId of tenants) {
      for (const { name, build, isShown } of takingIn(await builds.of(tenantId))) {
        const reducer = reducers.findIndex((one) => {
          return one.name === name && one.version === build.version && !health.isOff(one)
        })
        if (reducer < 0) continue
        const { from } = build
        const isLater = ({ place }: { place: number }) =>
          from !== undefined && !batch.isWithin(place, { from })
        const not =
          from === undefined ? [] : [...events.keys()].filter((at) => isLater(events[at]!))
        slots.push({ tenantId, slot: slotOf(name, build.build), reducer, isShown, not })
      }
    }
    return slots
  }

  async function handle(batch: ChangeBatch) {
    const all = batch.records().map((record, place) => ({ record, place }))
    const events = all.filter(({ record }) => record.kind === 'event')
    if (events.length === 0) return
    const loaded = await current()
    if (loaded.reducers.length === 0) return
    const tenants = new Set(events.map(({ record }) => record.tenantId))
    const slots = await slotsFor(loaded, tenants, events, batch)
    const positions = batch.positions?.()
    await run(loaded, {
      records: events.map(({ record }) => plainOf(record)),
      positions: positions && events.map(({ place }) => positions[place]!),
      isBuilding: false,
      now: clock.now().toISOString(),
      slots,
    })
    await nextTurn()
  }

  const consumer: Consumer = {
    name: 'reducers',
    maxRecords: MAX_RECORDS,
    maxBytes: MAX_BYTES,
    maxWaitMs: MAX_WAIT_MS,
    handle: (batch) => following.with(() => running.with(() => handle(batch))),
  }

  return {
    consumer,
    pause: (work) =>
      following.with(async () => {
        try {
          return await work()
        } finally {
          // Whatever was shown meanwhile is known at once.
          ;(await loading?.catch(() => undefined))?.builds.forget()
        }
      }),

    async loaded() {
      return running.with(async () => (await current()).reducers)
    },

    async catalogue() {
      await running.with(current)
      return health.read()
    },

    async apply(tenantId, { name, version, build }, events) {
      return running.with(async () => {
        const loaded = await current()
        const reducer = loaded.reducers.findIndex(
          (one) => one.name === name && one.version === version,
        )
        if (reducer < 0) throw new Error(`${name} in version ${version} is not loaded`)
        health.switchOn(loaded.reducers[reducer]!)
        const own = events.filter(({ record }) => record.kind === 'event')
        const hasPlaces = own.length > 0 && own.every(({ at }) => at !== undefined)
        return run(loaded, {
          records: own.map(({ record }) => plainOf({ ...record, tenantId })),
          positions: hasPlaces ? own.map(({ at }) => at!) : undefined,
          isBuilding: true,
          now: clock.now().toISOString(),
          slots: [{ tenantId, slot: slotOf(name, build), reducer }],
        })
      })
    },

    async [Symbol.asyncDispose]() {
      await running.with(async () => {
        if (loading !== undefined) await health.write(true).catch(() => {})
        await unload()
      })
    },
  }
}

const NO_MODULES = { files: [], problem: undefined, state: '' }

/** Lists the builds that take in what comes: those that are shown, and those that are about to be. */
function* takingIn(
  builds: TenantBuilds,
): Iterable<{ name: string; build: Build; isShown: boolean }> {
  for (const [name, { shown, next }] of Object.entries(builds)) {
    yield { name, build: shown, isShown: true }
    if (next?.from !== undefined) yield { name, build: next, isShown: false }
  }
}

function plainOf({ server: _, contentDigest: __, ...plain }: EventRecord) {
  return plain
}
