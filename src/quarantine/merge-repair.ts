import type { Repair } from '../event/record'

// As of one repair (`repair.ts`).
const MAX_PATHS = 4096

/** Joins two repairs, one after the other: the later one's who and when, the paths of both. */
export function mergedRepair(former: Repair | undefined, later: Repair): Repair {
  const { by, at } = later
  if (former === undefined) return later
  if (former.paths === undefined || later.paths === undefined) return { by, at }
  const paths = [...new Set([...former.paths, ...later.paths])]
  const length = paths.reduce((sum, path) => sum + path.length, 0)
  return length > MAX_PATHS ? { by, at } : { by, at, paths }
}
