import { access, constants, statfs } from 'node:fs/promises'
import type { ChangeFeed } from '../change-feed'
import type { Health } from '../platform'
import type { LocalArchive } from './archive'
import type { LocalEventStore } from './event-store'
import type { Notices } from './notices'
import type { LocalSettlement } from './settlement'

// On a disk with less free the next archive file and a checkpoint of the log may no longer fit.
const MIN_FREE_BYTES = 256 * 1024 * 1024
// Followers are seconds behind, the archive a flush time. Ten minutes means that one is stuck.
const MAX_LAG_MS = 10 * 60 * 1000

export async function checkHealth(
  dataDir: string,
  parts: {
    events: LocalEventStore
    changes: ChangeFeed
    archive: LocalArchive
    settlement: Pick<LocalSettlement, 'problem'>
    notices: Notices
  },
): Promise<Health> {
  const { events, changes, archive, settlement, notices } = parts
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
  const { waitingFor, setAside } = archive.state()
  // Events can be taken all the same, so by itself it is no reason to send them elsewhere.
  if (problems.length > 0 && waitingFor !== undefined) problems.push(`archive: ${waitingFor}`)
  const isWell = waitingFor === undefined && setAside === 0
  const unsettled = settlement.problem()
  const lake = unsettled === undefined ? [] : [`lake: ${unsettled}`]
  const said = { problems, notices: [...notices.list(), ...lake] }
  return { ...said, ...(!isWell && { archive: { waitingFor, setAside } }) }
}
