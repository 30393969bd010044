import { access, constants, statfs } from 'node:fs/promises'
import type { ChangeFeed } from '../change-feed'
import type { Health } from '../platform'
import type { LocalEventStore } from './event-store'
import type { Notices } from './notices'

// Below this the next archive file and a checkpoint of the log may no longer fit.
const MIN_FREE_BYTES = 256 * 1024 * 1024
// Followers are seconds behind, the archive a flush time. Ten minutes means that one is stuck.
const MAX_LAG_MS = 10 * 60 * 1000

export async function checkHealth(
  dataDir: string,
  { events, changes, notices }: { events: LocalEventStore; changes: ChangeFeed; notices: Notices },
): Promise<Health> {
  const problems: string[] = []
  const failure = events.failure()
  if (failure !== undefined) problems.push(`store: the last commit failed: ${failure}`)
  try {
    await access(dataDir, constants.W_OK)
    const { bavail, bsize } = await statfs(dataDir)
    const free = bavail * bsize
    if (free < MIN_FREE_BYTES) {
      problems.push(`disk: ${Math.floor(free / 1024 / 1024)} MB free, less than 256 MB`)
    }
  } catch (error) {
    problems.push(`disk: ${(error as Error).message}`)
  }
  const lag = changes.lag()
  if (lag.ageMs > MAX_LAG_MS) {
    problems.push(`feed: ${lag.consumer} is ${Math.round(lag.ageMs / 1000)} s behind`)
  }
  return { problems, notices: notices.list() }
}
