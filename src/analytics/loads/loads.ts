import { AppError } from '../../error/app-error'
import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'

/** How a load into a warehouse fares, as its loader says. */
export interface LoadReport {
  /** Where to: a kind of database and its place, without a password. */
  target: string
  state: 'running' | 'done' | 'failed'
  startedAt: string
  endedAt?: string | undefined
  /** Everything that had arrived before this time is at the target. */
  completeTo?: string | undefined
  /** Rows came with the last load, and rows went since the lake has them no more. */
  inserted: number
  removed: number
  /** Why it failed. */
  reason?: string | undefined
  /** It is loaded again so many seconds after it ended, if it is. */
  everySeconds?: number | undefined
}

export interface Load extends LoadReport {
  name: string
  /** When its loader was heard of last. */
  updatedAt: string
  /** If true, its loader should have been heard of again by now: it has ended, or hangs. */
  isOverdue: boolean
}

export interface Loads {
  /** Lists the loads of a tenant by name. */
  list(tenantId: string): Promise<Load[]>
  /**
   * Keeps what a loader says. `completeTo` stays as it was where it says none.
   * @throws {AppError} `limit_reached` for one load too many
   */
  put(tenantId: string, name: string, report: LoadReport): Promise<Load>
  /** Forgets a load. @returns false when there was none */
  remove(tenantId: string, name: string): Promise<boolean>
}

/** Names of loads stand in addresses. */
export const LOAD_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/

// A school has two or three; a list of so many is one answer.
export const MAX_LOADS = 100
/** A loader at work is heard of every few seconds; a long transaction takes a minute. */
export const SILENCE_MS = 10 * 60_000
// A load that is made every minute may take longer than that.
const INTERVALS = 3

const PREFIX = ['loads']

/** Keeps how loads fare, a document each. */
export function createLoads(needs: {
  documents: Pick<DocumentStore, 'get' | 'put' | 'list' | 'delete'>
  clock: Clock
}): Loads {
  const { documents, clock } = needs

  function shown(name: string, kept: Kept): Load {
    const { everySeconds = 0, updatedAt, state } = kept
    const quiet = clock.now().getTime() - Date.parse(updatedAt)
    const limit = Math.max(SILENCE_MS, INTERVALS * everySeconds * 1000)
    const isExpected = state === 'running' || everySeconds > 0
    return { name, ...kept, isOverdue: isExpected && quiet > limit }
  }

  async function read(tenantId: string, name: string): Promise<Kept | undefined> {
    const found = await documents.get(tenantId, [...PREFIX, name])
    return found && (JSON.parse(Buffer.from(found.bytes).toString()) as Kept)
  }

  async function names(tenantId: string): Promise<string[]> {
    const { items } = await documents.list(tenantId, PREFIX, { limit: MAX_LOADS })
    return items.flatMap(({ key: [, name, ...more] }) =>
      name !== undefined && more.length === 0 ? [name] : [],
    )
  }

  return {
    async list(tenantId) {
      const all = await names(tenantId)
      const kept = await Promise.all(all.map((name) => read(tenantId, name)))
      return kept.flatMap((one, i) => (one === undefined ? [] : [shown(all[i]!, one)]))
    },

    async put(tenantId, name, report) {
      const before = await read(tenantId, name)
      if (before === undefined && (await names(tenantId)).length >= MAX_LOADS) {
        throw new AppError('limit_reached', `There are ${MAX_LOADS} loads: forget one first.`)
      }
      const completeTo = report.completeTo ?? before?.completeTo
      const kept: Kept = { ...report, completeTo, updatedAt: clock.now().toISOString() }
      const bytes = Buffer.from(JSON.stringify(kept))
      await documents.put(tenantId, [...PREFIX, name], { bytes, contentType: 'application/json' })
      return shown(name, kept)
    },

    async remove(tenantId, name) {
      return (await documents.delete(tenantId, [...PREFIX, name])).kind === 'deleted'
    },
  }
}

type Kept = LoadReport & { updatedAt: string }
