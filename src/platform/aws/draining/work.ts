import { type RetentionClass, retentionClasses } from '../../../event/record'

/** A piece of work is what one worker takes up at a time. */
export type Work =
  /** Requests of a lane that were spilled. */
  | { of: 'spill'; lane: string }
  /** Batches of the stream that Lambda gave up, of one shard: the beginning of their keys. */
  | { of: 'batches'; prefix: string }
  /** Single changes that were set aside. */
  | { of: 'changes' }
  /** Records of a class that could not be written as Parquet. */
  | { of: 'records'; retentionClass: RetentionClass }

/** Writes work as a message of the queue. */
export function writeWork(work: Work): string {
  return JSON.stringify(work)
}

/** Reads a message of the queue. @returns undefined for one that nobody here has sent */
export function readWork(body: string): Work | undefined {
  let given: Partial<Record<string, unknown>> | null
  try {
    given = JSON.parse(body)
  } catch {
    return undefined
  }
  const { of, lane, prefix, retentionClass } = given ?? {}
  if (of === 'spill' && typeof lane === 'string') return { of, lane }
  if (of === 'batches' && typeof prefix === 'string') return { of, prefix }
  if (of === 'changes') return { of }
  const found = retentionClasses.find((name) => name === retentionClass)
  return of === 'records' && found !== undefined ? { of, retentionClass: found } : undefined
}
