import { type RetentionClass, retentionClasses } from '../../../event/record'
import type { BlobStore } from '../../blob-store'
import { IN_PATH } from '../../shared/lake-layout'
import { inParallel } from '../dynamo/in-parallel'

/** A day has so much that landed and is still there. */
export interface LandedDay {
  /** Counts the objects of each class. */
  objects: { [Class in RetentionClass]?: number }
  /** The newest of them was there at this time, ISO 8601 UTC, by the clock of S3. */
  newest: string
}

// S3 lists at most so many.
const PAGE = 1000
const AT_A_TIME = 16

const DAY = new RegExp(`^events/${IN_PATH}=[a-z]+/day=(\\d{4}-\\d\\d-\\d\\d)/`)

/**
 * Lists what has landed, by day. It is a page or two a class, since what is settled does not stay: a lake
 * of a year that was never settled takes some seconds.
 */
export async function listLanded(lake: Pick<BlobStore, 'list'>): Promise<Map<string, LandedDay>> {
  const days = new Map<string, LandedDay>()
  for (const retentionClass of retentionClasses) {
    for await (const { key, storedAt } of objectsIn(lake, `events/${IN_PATH}=${retentionClass}/`)) {
      const day = DAY.exec(key)?.[1]
      if (day === undefined) continue
      const known = days.get(day) ?? { objects: {}, newest: '' }
      known.objects[retentionClass] = (known.objects[retentionClass] ?? 0) + 1
      if (storedAt > known.newest) known.newest = storedAt
      days.set(day, known)
    }
  }
  return days
}

/**
 * Deletes what landed on a day, but for what came at a time or later.
 * @returns how many objects are gone
 */
export async function deleteLanded(
  lake: Pick<BlobStore, 'list' | 'delete'>,
  { day, before }: { day: string; before: string },
): Promise<number> {
  let deleted = 0
  for (const retentionClass of retentionClasses) {
    const keys: string[] = []
    for await (const { key, storedAt } of objectsIn(
      lake,
      `events/${IN_PATH}=${retentionClass}/day=${day}/`,
    )) {
      if (storedAt < before) keys.push(key)
    }
    await inParallel(keys, AT_A_TIME, (key) => lake.delete(key))
    deleted += keys.length
  }
  return deleted
}

async function* objectsIn(lake: Pick<BlobStore, 'list'>, prefix: string) {
  for (let after: string | undefined; ; ) {
    const page = await lake.list(prefix, PAGE, after)
    yield* page
    if (page.length < PAGE) return
    after = page.at(-1)!.key
  }
}
