import { randomFillSync } from 'node:crypto'
import { SALT_BYTES } from '../../../merkle/hashes'
import { eachLeanRecord } from '../log/lean-records'
import { type Growing, growFrom } from './growing'
import { packKind } from './kinds'
import type { GrownTree, TreeRows } from './rows'

/** A segment of the log as it is given to what adds its records to trees. */
export interface PackedSegment {
  body: Uint8Array
  /** Its lines have these columns, in this order. */
  columns: readonly string[]
  /** The time is in ms since 1970. */
  storedAt: number
}

// At 30 KB each, trees in memory take some megabytes. Those of others are read again, in some 50 µs.
const MAX_HELD = 200
// Drawing random bytes takes longer than copying them: it is done for so many leaves at a time.
const SALTS = 1024

const HOUR_MS = 60 * 60 * 1000

/** Writes an hour as `2026-11-30T02`. @param time ms since 1970 */
export const hourOf = (time: number) => new Date(time).toISOString().slice(0, 13)

/** Gives the beginning of an hour in ms since 1970. */
export const timeOf = (hour: string) => Date.parse(`${hour}:00:00.000Z`)

/** Adds leaves to trees, which it holds at their edges in memory. */
export interface Adding {
  /**
   * Adds the leaves of all records.
   * @param rows reads trees that are not in memory
   * @returns what trees have grown by
   * @throws {StorageError} when those cannot be read; nothing is in memory then
   */
  add(
    segments: readonly PackedSegment[],
    rows: Pick<TreeRows, 'tree' | 'newId' | 'edge' | 'newestClosed'>,
  ): GrownTree[]
  /** Lets go of what is in memory of a tree, before it changes in another way; or of all of them. */
  forget(tree?: Pick<GrownTree, 'tenantId' | 'hour'>): void
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

  function grow(segments: readonly PackedSegment[], rows: Parameters<Adding['add']>[1]) {
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

    for (const { body, columns, storedAt } of segments) {
      storedHour = Math.floor(storedAt / HOUR_MS)
      eachLeanRecord(body, columns, (record, raw) => {
        const { tenantId, eventId, sentSha256, retentionClass, retentionDays } = record
        const tree = treeOf(tenantId)
        const kind = packKind(retentionClass, retentionDays, 'sent')
        tree.add(eventId, kind, salts, nextSalt(), raw, sentSha256)
        if (sentSha256 === undefined) return
        const ofKept = packKind(retentionClass, retentionDays, 'kept')
        tree.add(eventId, ofKept, salts, nextSalt(), raw, undefined)
      })
    }
    return grown
  }

  return {
    add(segments, rows) {
      try {
        // Two hours have one tree where that of the first is closed.
        const trees = new Map([...grow(segments, rows).values()].map((one) => [one.tree, one]))
        if (held.size > MAX_HELD) held.clear()
        return [...trees.values()].map(({ tree, tenantId, hour }) => {
          return { tenantId, hour, ...tree.take() }
        })
      } catch (error) {
        // Some trees have leaves now that nobody will write.
        held.clear()
        throw error
      }
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
