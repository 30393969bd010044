import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createPeople } from '../../../event/people'
import { lackOfRoom } from '../disk-room'
import { LAKE_FILE_MODE, sync } from '../durable-files'
import type { EraseAnswer, EraseJob } from './archive-job'
import type { Duck } from './duck'
import { eraseFromParquet } from './erase-from-parquet'
import { eraseFromSetAside } from './erase-from-set-aside'
import { otherFailure } from './failure'

// A file written anew is as large as it was at most, and perhaps packed a little less well.
const ROOM_PART = 1.25

/** Makes the file without the people, durably, or does nothing. Whoever asked moves it to its place. */
export async function eraseFromFile(job: EraseJob, duck: Duck): Promise<EraseAnswer> {
  const { file, made, tenantId, actorIds, isDryRun } = job
  let isMade = false
  async function lack(): Promise<EraseAnswer | undefined> {
    const found = await lackOfRoom(dirname(made), (await stat(file)).size * ROOM_PART)
    return found && { kind: 'room', ...found }
  }
  const people = createPeople(actorIds)
  const removal = { file, made, tenantId, actorIds, people, isDryRun, lack }
  try {
    const isParquet = file.endsWith('.parquet')
    const answer = await (isParquet ? eraseFromParquet(removal, duck) : eraseFromSetAside(removal))
    if (answer.kind !== 'erased' || answer.removed === 0 || isDryRun) return answer
    const digests = { before: await digestOf(file), after: await digestOf(made) }
    await chmod(made, LAKE_FILE_MODE)
    await sync(made)
    isMade = true
    return { ...answer, ...digests }
  } catch (error) {
    return otherFailure(error)
  } finally {
    if (!isMade) await rm(made, { force: true })
  }
}

/** Computes the SHA-256 of a file, in hexadecimal, without holding it. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(file)) hash.update(bytes as Uint8Array)
  return hash.digest('hex')
}
