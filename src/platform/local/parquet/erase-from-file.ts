import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, rename, rm, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
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

/**
 * Makes the file without the people in the staging folder and moves it to its place, durably, or
 * does nothing.
 */
export async function eraseFromFile(job: EraseJob, duck: Duck): Promise<EraseAnswer> {
  const { file, staging, tenantId, actorIds, isDryRun } = job
  const made = join(staging, `${randomUUID()}${extname(file)}`)
  async function lack(): Promise<EraseAnswer | undefined> {
    const found = await lackOfRoom(staging, (await stat(file)).size * ROOM_PART)
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
    await rename(made, file)
    return { ...answer, ...digests }
  } catch (error) {
    return otherFailure(error)
  } finally {
    await rm(made, { force: true })
  }
}

/** Computes the SHA-256 of a file, in hexadecimal, without holding it. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(file)) hash.update(bytes as Uint8Array)
  return hash.digest('hex')
}
