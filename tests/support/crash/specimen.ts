import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { type TemporaryFolder, temporaryFolder } from '../folders'
import { startServerProcess } from '../server-process'
import { createSteppedClock } from './clock'
import { lakeCounts, missing, until } from './held'
import { type Receiver, register, startReceiver } from './receiver'
import { createSenders, type Senders } from './senders'
import { settings } from './settings'

const HOUR = 3_600_000
// Some segments of events in each generation; a round brings a tenth of that.
const HALF = 300
const ROUND_MS = 10

/** A data folder with events in two generations, all of them archived and at the webhook. */
export interface Specimen extends AsyncDisposable {
  /** A copy of one's own, as a kill or a clean stop left it. */
  copy(how: 'killed' | 'stopped'): TemporaryFolder
  receiver: Receiver
  /** Who sent all of it, and goes on. */
  senders: Senders
  /** Ids of what it holds. */
  held: string[]
}

export async function makeSpecimen(): Promise<Specimen> {
  const scratch = temporaryFolder()
  const dataDir = join(scratch.path, 'made')
  const receiver = startReceiver()
  const senders = createSenders()
  // Begun yesterday, so that the log has a generation that is full: one is at most a day old.
  const clock = createSteppedClock(scratch.path, -25 * HOUR)
  const env = { ...settings, ...clock.env }
  {
    await using server = await startServerProcess(dataDir, env)
    await register(server, receiver.url)
    const { acknowledged } = senders
    // By number, and not by time: on a busy machine one generation would have nearly all of them.
    while (acknowledged.length < HALF) await senders.sendFor(server, ROUND_MS)
    const older = acknowledged.length
    await clock.step(25 * HOUR)
    while (acknowledged.length < 2 * older) await senders.sendFor(server, ROUND_MS)
    await until(() => missing(acknowledged, receiver.received).length === 0, 10_000)
    const isArchived = async () => missing(acknowledged, await lakeCounts(dataDir)).length === 0
    if (!(await until(isArchived, 10_000))) throw new Error('the specimen is not archived')
    await server.kill()
  }
  cpSync(dataDir, join(scratch.path, 'killed'), { recursive: true })
  {
    await using server = await startServerProcess(dataDir, env)
    await server.stop()
  }
  cpSync(dataDir, join(scratch.path, 'stopped'), { recursive: true })

  return {
    receiver,
    senders,
    held: [...senders.acknowledged],
    copy(how) {
      const folder = temporaryFolder()
      cpSync(join(scratch.path, how), folder.path, { recursive: true, preserveTimestamps: true })
      return folder
    },
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]()
      scratch[Symbol.dispose]()
    },
  }
}
