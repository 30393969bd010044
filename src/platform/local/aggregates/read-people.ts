import { offsetsOf } from '../../../syntax/zone-offsets'
import { QUARTER_MS } from '../../aggregates'
import { NumberReader } from './numbers-in-bytes'
import { createTable, type FileQuestion, type Found } from './table'

interface PeopleRow {
  id: number
  day: number
  heads: Uint8Array
}

/** Numbers of people begin at a place in some bytes. */
interface PeopleList {
  count: number
  bytes: Uint8Array
  at: number
}

// So many labels are counted in less than a slice of the thread.
const LABELS_AT_ONCE = 256

/**
 * Counts distinct people of intervals that are whole days of their tenant's zone. Of a day of one file the
 * number is known; people of several days, or files, are told apart by their numbers.
 * @returns undefined when an interval begins or ends within a day
 */
export async function countPeople(
  { db, tenant, dimension, only, edges, timeZone }: FileQuestion,
  share: () => Promise<void>,
): Promise<Found | undefined> {
  const days = daysOf(edges, timeZone)
  if (days === undefined) return undefined
  const table = createTable(edges.length - 1)
  const seen = createMarks()
  const listsOf = db.query<{ lists: Uint8Array }, [number]>(
    'SELECT lists FROM people WHERE rowid = ?',
  )
  let open: PeopleRow[] = []
  let interval = 0
  let isTooMuch = false

  function put(label: number, count: number) {
    const row = table.of(label)
    if (row === undefined) isTooMuch = true
    else row[interval] = count
  }

  async function end() {
    // Most days are of one file, whose lists nobody needs.
    if (open.length === 1) eachHead(open[0]!.heads, (label, count) => put(label, count))
    else await endSeveral()
    open = []
  }

  async function endSeveral() {
    const bytes = new Map<number, Uint8Array>()
    const byLabel = new Map<number, PeopleList[]>()
    for (const { id, heads } of open) {
      bytes.set(id, listsOf.get(id)!.lists)
      eachHead(heads, (label, count, at) => {
        const lists = byLabel.get(label)
        const list = { count, bytes: bytes.get(id)!, at }
        if (lists === undefined) byLabel.set(label, [list])
        else lists.push(list)
      })
      await share()
    }
    let labels = 0
    for (const [label, lists] of byLabel) {
      put(label, lists.length === 1 ? lists[0]!.count : seen.count(lists))
      labels += 1
      if (labels % LABELS_AT_ONCE === 0) await share()
    }
  }

  function eachHead(heads: Uint8Array, take: (label: number, count: number, at: number) => void) {
    const reader = new NumberReader(heads)
    for (let label = 0, at = 0; reader.hasMore(); ) {
      label += reader.next()
      const count = reader.next()
      if (only === undefined || label === only) take(label, count, at)
      at += reader.next()
    }
  }

  const found = db
    .query<PeopleRow, [number, number, number, number]>(
      `SELECT rowid AS id, day, heads FROM people
       WHERE tenant = ? AND dimension = ? AND day >= ? AND day < ? ORDER BY day`,
    )
    .iterate(tenant, dimension, days[0]!, days.at(-1)!)
  for (const row of found) {
    await share()
    if (isTooMuch) return undefined
    if (row.day >= days[interval + 1]!) {
      await end()
      while (row.day >= days[interval + 1]!) interval += 1
    }
    open.push(row)
  }
  await end()
  if (isTooMuch) return undefined
  return new Map([...table.rows].map(([label, row]) => [label, [...row]]))
}

/** Counts the days since 1970 that begin at some instants. @returns undefined when one is no beginning */
function daysOf(edges: readonly number[], zone: string): number[] | undefined {
  const offsets = offsetsOf(zone, edges[0]! - QUARTER_MS, edges.at(-1)! + 1)
  let at = 0
  const days: number[] = []
  for (const edge of edges) {
    const [before, day] = [edge - QUARTER_MS, edge].map((ms) => {
      while (at + 1 < offsets.length && offsets[at + 1]!.from <= ms) at += 1
      return Math.floor((ms / 60_000 + offsets[at]!.minutes) / 1440)
    })
    if (before === day) return undefined
    days.push(day!)
  }
  return days
}

/** Tells people that were seen from those that were not, by marks that need not be wiped. */
function createMarks() {
  let marks = new Uint32Array(1024)
  let mark = 0
  return {
    count(lists: readonly PeopleList[]): number {
      mark += 1
      let count = 0
      for (const list of lists) {
        const reader = new NumberReader(list.bytes)
        reader.at = list.at
        for (let n = 0, person = 0; n < list.count; n += 1) {
          person += reader.next()
          if (person >= marks.length) {
            const larger = new Uint32Array(Math.max(person + 1, marks.length * 2))
            larger.set(marks)
            marks = larger
          }
          if (marks[person] === mark) continue
          marks[person] = mark
          count += 1
        }
      }
      return count
    },
  }
}
