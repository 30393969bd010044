import { randomFillSync } from 'node:crypto'
import { SALT_BYTES } from '../../../merkle/hashes'
import type { Steps } from '../../../syntax/steps'
import { eachLeanRecord, endsStep, type LeanRecord } from '../log/lean-records'
import { type Growing, growFrom } from './growing'
import { packKind } from './kinds'
import type { TreeRow, TreeRows } from './rows'

/** Records that were stored at a time (ms since 1970): as they are in memory, or as a body of the log whose lines have these columns. */
export type Stored = { storedAt: number } & (
  | { records: readonly (LeanRecord & { raw: string })[] }
  | { body: Uint8Array; columns: readonly string[] }
)

// At 30 KB each, trees in memory take some megabytes. Those of others are read again, in some 50 µs.
const MAX_HELD = 200
// Drawing random bytes takes longer than copying them: it is done for so many leaves at a time.
const SALTS = 1024

const HOUR_MS = 60 * 60 * 1000

/** Writes an hour as `2026-11-30T02`. @param time ms since 1970 */
export const hourOf = (time: number) => new Date(time).toISOString().slice(0, 13)

/** Gives the beginning of an hour in ms since 1970. */
export const timeOf = (hour: string) => Date.parse(`${hour}:00:00.000Z`)

type Place = Pick<TreeRow, 'tenantId' | 'hour'>

/** Adds leaves to trees, which it holds at their edges in memory. */
export interface Adding {
  /**
   * Adds the leaves of all records, in steps of some tenths of a millisecond. Nothing else may change the trees meanwhile.
   * @param rows reads trees that are not in memory
   * @returns the trees that have grown, with their places; what they have grown by is to be taken of them
   * @throws {StorageError} when those cannot be read; all are to be forgotten then, since some have leaves that nobody will write
   */
  add(
    stored: Iterable<Stored>,
    rows: Pick<TreeRows, 'tree' | 'newId' | 'edge' | 'newestClosed'>,
  ): Steps<Map<Growing, Place>>
  /** Lets go of what is in memory of a tree, before it changes in another way; or of all of them. */
  forget(tree?: Place): void
}

export function createAdding(): Adding {
  const held = new Map<string, Growing>()
  const salts = Buffer.alloc(SALTS * SALT_BYTES)
  let salted = salts.length

  /** @returns where in `salts` there is one that was not given yet */
  function nextSalt(): number {
    if (salted === salts.length) {
      randomFillSync(salts)
      salted = 0
    }
    salted += SALT_BYTES
    return salted - SALT_BYTES
  }

  function* grow(stored: Iterable<Stored>, rows: Parameters<Adding['add']>[1]) {
    const grown = new Map<string, { tree: Growing; tenantId: string; hour: string }>()
    let storedHour = 0
    let last: { tenantId: string; storedHour: number; tree: Growing } | undefined

    function treeOf(tenantId: string): Growing {
      if (last?.tenantId === tenantId && last.storedHour === storedHour) return last.tree
      const name = `${storedHour} ${tenantId}`
      const { tree } = grown.get(name) ?? begin(name, tenantId)
      last = { tenantId, storedHour, tree }
      return tree
    }

    function begin(name: string, tenantId: string) {
      const hour = hourFor(tenantId, storedHour * HOUR_MS, rows)
      const known = held.get(nameOf(tenantId, hour))
      const tree = known ?? growFrom(edgeOf(tenantId, hour, rows))
      held.set(nameOf(tenantId, hour), tree)
      const one = { tree, tenantId, hour }
      grown.set(name, one)
      return one
    }

    function addLeaves(record: LeanRecord, raw: string | Uint8Array) {
      const { tenantId, eventId, sentSha256, retentionClass, retentionDays } = record
      const tree = treeOf(tenantId)
      const kind = packKind(retentionClass, retentionDays, 'sent')
      tree.add(eventId, kind, salts, nextSalt(), raw, sentSha256)
      if (sentSha256 === undefined) return
      const ofKept = packKind(retentionClass, retentionDays, 'kept')
      tree.add(eventId, ofKept, salts, nextSalt(), raw, undefined)
    }

    for (const one of stored) {
      storedHour = Math.floor(one.storedAt / HOUR_MS)
      if ('body' in one) yield* eachLeanRecord(one.body, one.columns, addLeaves)
      else {
        for (const [place, record] of one.records.entries()) {
          addLeaves(record, record.raw)
          if (endsStep(place, record.raw.length)) yield
        }
      }
    }
    return grown
  }

  return {
    *add(stored, rows) {
      const grown = yield* grow(stored, rows)
      if (held.size > MAX_HELD) held.clear()
      // Two hours have one tree where that of the first is closed.
      return new Map([...grown.values()].map(({ tree, ...place }) => [tree, place]))
    },

    forget(tree) {
      if (tree === undefined) held.clear()
      else held.delete(nameOf(tree.tenantId, tree.hour))
    },
  }
}

const nameOf = (tenantId: string, hour: string) => `${hour} ${tenantId}`

/** Finds the hour of a record: that in which it was stored, or the first that is not closed. */
function hourFor(tenantId: string, storedAt: number, rows: Pick<TreeRows, 'newestClosed'>): string {
  const [stored, closed] = [hourOf(storedAt), rows.newestClosed(tenantId)]
  return stored > closed ? stored : hourOf(timeOf(closed) + HOUR_MS)
}

function edgeOf(tenantId: string, hour: string, rows: Pick<TreeRows, 'tree' | 'newId' | 'edge'>) {
  const row = rows.tree(tenantId, hour)
  if (row !== null) return rows.edge(row)
  return { id: rows.newId(), size: 0, tiles: [], leaves: undefined, kinds: [] }
}
