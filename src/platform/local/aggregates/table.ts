import type { Database } from 'bun:sqlite'

/** A question is asked of the file by numbers of its tenant, dimension and label. */
export interface FileQuestion {
  db: Database
  tenant: number
  dimension: number
  /** Only this label, when it is there. */
  only?: number | undefined
  edges: readonly number[]
  /** Days are those of this zone. */
  timeZone: string
}

/** A label has a number for each interval. */
export type Found = ReadonlyMap<number, readonly number[]>

// So many numbers are 80 MB, and more than anybody can be shown.
const MOST_NUMBERS = 10_000_000

/** Keeps numbers of labels by interval. */
export function createTable(intervals: number) {
  const rows = new Map<number, Float64Array>()
  return {
    rows,
    /** @returns undefined when there are too many */
    of(label: number): Float64Array | undefined {
      const row = rows.get(label)
      if (row !== undefined) return row
      if ((rows.size + 1) * intervals > MOST_NUMBERS) return undefined
      const made = new Float64Array(intervals)
      rows.set(label, made)
      return made
    },
  }
}
