import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import { dimensions } from '../../../aggregates'
import { labelNames } from './seen'

/** Events of one file and one tenant of which the same share is kept: a place in each list is an event. */
export interface Rows {
  file: number
  tenant: number
  rate: number
  length: number
  /** Quarters of an hour since 1970, UTC. */
  quarters: Int32Array
  /** Days since 1970, in the tenant's zone. */
  days: Int32Array
  /** Numbers of labels, by number of the dimension less 1. */
  labels: Int32Array[]
  /** Numbers of people, and NOBODY. */
  people: Int32Array
}

export const NOBODY = -1

/** Reads the view `events` (`seen.ts`). */
export async function readRows(connection: DuckDBConnection): Promise<Rows[]> {
  const sizes = await connection.runAndReadAll(
    `SELECT file, tenants.id, rate, count(*)::INTEGER
     FROM seen JOIN tenants ON tenants.name = tenant_id GROUP BY ALL`,
  )
  const all = new Map<string, Rows>()
  for (const [file, tenant, rate, count] of sizes.getRows() as number[][]) {
    const list = () => new Int32Array(count!)
    all.set(`${file} ${tenant} ${rate}`, {
      ...{ file: file!, tenant: tenant!, rate: rate!, length: 0 },
      ...{ quarters: list(), days: list(), people: list(), labels: dimensions.map(list) },
    })
  }
  const ofMixes = await readMixes(connection)
  const found = await connection.stream(
    `SELECT file, tenant, rate, quarter, day, coalesce(person, ${NOBODY}), mix FROM events`,
  )
  for await (const chunk of found) {
    const columns = Array.from({ length: chunk.columnCount }, (_, n) => {
      return itemsOf(chunk.getColumnVector(n))
    })
    const [file, tenant, rate, quarter, day, person, mix] = columns as [
      Items,
      Items,
      Items,
      Items,
      Items,
      Items,
      Items,
    ]
    const at = (row: number) => all.get(`${file[row]} ${tenant[row]} ${rate[row]}`)!
    let rows = at(0)
    for (let row = 0; row < chunk.rowCount; row += 1) {
      if (rows.file !== file[row] || rows.tenant !== tenant[row] || rows.rate !== rate[row]) {
        rows = at(row)
      }
      const place = rows.length
      rows.quarters[place] = quarter[row]!
      rows.days[place] = day[row]!
      rows.people[place] = person[row]!
      for (let n = 0; n < ofMixes.length; n += 1) rows.labels[n]![place] = ofMixes[n]![mix[row]!]!
      rows.length += 1
    }
  }
  return [...all.values()]
}

/** Reads the labels of each mix, by number of the dimension less 1. */
async function readMixes(connection: DuckDBConnection): Promise<Int32Array[]> {
  const size = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM mixed')
  const ofMixes = dimensions.map(() => new Int32Array(size.getRows()[0]![0] as number))
  const found = await connection.stream(`SELECT id, ${labelNames.join(', ')} FROM mixes`)
  for await (const chunk of found) {
    const ids = itemsOf(chunk.getColumnVector(0))
    for (const [n, labels] of ofMixes.entries()) {
      const own = itemsOf(chunk.getColumnVector(n + 1))
      for (let row = 0; row < chunk.rowCount; row += 1) labels[ids[row]!] = own[row]!
    }
  }
  return ofMixes
}

type Items = ArrayLike<number>

/** Reads a vector without nulls. To ask it for each value takes several times as long. */
function itemsOf(vector: DuckDBVector): Items {
  const { items } = vector as unknown as { items?: unknown }
  if (items instanceof Int32Array || items instanceof Float64Array) return items
  return Array.from({ length: vector.itemCount }, (_, n) => vector.getItem(n) as number)
}
