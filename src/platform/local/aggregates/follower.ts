import { StorageError } from '../../../error/storage-error'
import type { Log } from '../../../telemetry/log'
import { isDamage } from '../database'
import type { ArchiveChild } from '../parquet/archive-child'
import type { Lock } from '../settle/lock'
import { type Partition, partitionsOf } from '../settle/places'
import { readAggregatesFile } from './file'
import type { AggregateJob } from './job'
import { partitionName, stampedFiles } from './stamps'

/** Aggregates need to know this of the installation. */
export interface AggregatesOptions {
  /** The file of the aggregates. */
  file: string
  /** Digests of people are made under it, hexadecimal. */
  key: string
  /** Tells the zones of tenants whose days are not those of UTC. */
  zones(): Promise<Readonly<Record<string, string>>>
}

/** The follower counts what comes into the lake, and forgets what goes from it. */
export interface Follower {
  /** The files of a day are being exchanged: until they are followed, the lake answers. */
  changing(one: Partition): void
  /**
   * Makes the aggregates of a day agree with its files; of the days, too, that could not be followed before. It
   * never fails: days that cannot be followed are left to the lake. Nobody changes files meanwhile.
   */
  follow(one?: Partition): Promise<void>
  /** Follows all that changed while nobody was there to follow it, a little at a time. */
  catchUp(signal: AbortSignal): Promise<void>
  /** Forgets people that nothing tells of any more. @throws {Error} when their digests may still be there */
  sweep(): Promise<void>
  /** The file was found damaged: it is made anew, beside all other work. */
  lost(error: unknown): void
  /** Tells whether aggregates say the same as the lake now. */
  isExact(): boolean
}

const NOT_KEPT = 'metrics are asked of the lake until its aggregates can be kept again'

export function createFollower(
  options: AggregatesOptions & {
    /** The folder `events` of the lake. */
    folder: string
    spillTo: string
    child: ArchiveChild
    placing: Lock
    log: Log
  },
): Follower {
  const { file, key, zones, folder, spillTo, child, placing, log } = options
  /** Days whose files may differ from what is counted, by name. */
  const behind = new Map<string, Partition>()
  /** Some of them could not be followed. */
  const failed = new Map<string, Partition>()
  let isListed = false
  let isLost = false
  let own = AbortSignal.abort()
  let told: string | undefined

  async function run(
    job: Partial<Pick<AggregateJob, 'partition' | 'isGentle' | 'isSweep' | 'isNew'>>,
  ): Promise<{ left: number; isZoned: boolean }> {
    const common = { kind: 'aggregate', folder, file, key, spillTo } as const
    const usual = { isGentle: false, isSweep: false, isNew: false }
    const outcome = await child.run({ ...common, ...usual, ...job, zones: await zones() })
    if (outcome.kind === 'aggregated') return outcome
    throw new StorageError(`counting: ${outcome.reason}`, { isRetriable: true })
  }

  /** Follows one day for as many jobs as it takes. */
  async function followOne(one: Partition, isGentle: boolean) {
    const name = partitionName(one)
    for (;;) {
      const { left, isZoned } = await run({ partition: one, isGentle })
      // Files whose counts went with the zone are of any day.
      if (isZoned) isListed = false
      if (left === 0) break
      behind.set(name, one)
    }
    behind.delete(name)
    failed.delete(name)
  }

  async function tried(one: Partition, isGentle = false, signal?: AbortSignal) {
    try {
      await followOne(one, isGentle)
      if (failed.size === 0) told = undefined
    } catch (error) {
      behind.set(partitionName(one), one)
      failed.set(partitionName(one), one)
      if (!signal?.aborted) tell(one, error as Error)
    }
  }

  function tell(one: Partition, { message: reason }: Error) {
    // The same reason comes again with each day.
    if (told !== reason) {
      log.warn(NOT_KEPT, { day: partitionName(one), reason })
    }
    told = reason
  }

  /** Reads what is counted: stamps of files, and whether tenants have other zones by now. */
  async function counted() {
    const zoned = await zones()
    const known = new Map<string, string>()
    const db = readAggregatesFile(file)
    if (db === undefined) return { known, isZoned: false }
    try {
      const files = db.query<{ partition: string; name: string; stamp: string }, []>(
        'SELECT partition, name, stamp FROM files',
      )
      for (const { partition, name, stamp } of files.iterate()) {
        known.set(`${partition}/${name}`, stamp)
      }
      const tenants = db.query<{ name: string; zone: string }, []>('SELECT name, zone FROM tenants')
      const isZoned = tenants.all().some(({ name, zone }) => zone !== (zoned[name] ?? 'UTC'))
      return { known, isZoned }
    } finally {
      db.close()
    }
  }

  /** Compares all days with what is counted. */
  async function list() {
    if (isLost) await run({ isGentle: true, isNew: true })
    isLost = false
    const there = await partitionsOf(folder)
    const { known, isZoned } = await counted()
    if (isZoned) {
      await run({ isGentle: true })
      return list()
    }
    for (const one of there) {
      for (const { name, stamp } of await stampedFiles(folder, one)) {
        const path = `${partitionName(one)}/${name}`
        if (known.get(path) !== stamp) behind.set(partitionName(one), one)
        else known.delete(path)
      }
    }
    for (const path of known.keys()) {
      const [retentionClass, day] = path.split('/') as [Partition['retentionClass'], string]
      const one = { retentionClass, day }
      behind.set(partitionName(one), one)
    }
    isListed = true
  }

  function lose(error: unknown) {
    isListed = false
    isLost = true
    log.error('aggregates are damaged, and are made anew from the lake', {
      reason: (error as Error).message,
    })
  }

  async function catchUp(signal: AbortSignal) {
    own = signal
    while (!signal.aborted) {
      // Files that come meanwhile are followed by who writes them.
      if (!isListed) {
        try {
          await placing.run(list)
        } catch (error) {
          // The lake answers until the next start.
          if (!isDamage(error) || isLost) {
            if (!signal.aborted) log.warn(NOT_KEPT, { reason: (error as Error).message })
            return
          }
          lose(error)
        }
        continue
      }
      const [next] = behind.values()
      if (next === undefined) return
      await placing.run(() => tried(next, true, signal))
      if (failed.has(partitionName(next))) return
    }
  }

  return {
    isExact: () => isListed && behind.size === 0,
    changing: (one) => void behind.set(partitionName(one), one),

    async follow(one) {
      if (one !== undefined) await tried(one)
      for (const other of [...failed.values()]) await tried(other)
    },

    catchUp,

    lost(error) {
      if (isLost) return
      lose(error)
      void catchUp(own)
    },

    async sweep() {
      // Contributions of these may be of whom nobody shall know any more.
      await placing.run(async () => {
        for (const one of [...failed.values()]) await followOne(one, false)
      })
      await run({ isSweep: true })
    },
  }
}
