import { expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { expectHeld, missing, until } from '../support/crash/held'
import { register, startReceiver } from '../support/crash/receiver'
import { createSenders } from '../support/crash/senders'
import { settings } from '../support/crash/settings'
import { fill, hasSmallDisks, smallDisk } from '../support/crash/small-disk'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

const TIMES = 4
const MEGABYTES = 160

it.skipIf(!hasSmallDisks())(
  `takes events again each of ${TIMES} times that the disk was full, and hands all of them on`,
  async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, MEGABYTES)
    const dataDir = folder.path
    await using receiver = startReceiver()
    // Events that no compression makes small, so that the log grows by megabytes a second.
    const senders = createSenders({ filler: () => randomBytes(1500).toString('base64') })
    await using server = await startServerProcess(dataDir, settings)
    await register(server, receiver.url)
    for (let time = 0; time < TIMES; time++) {
      // Long enough for the archive to be in the middle of a file when the disk fills.
      await senders.sendFor(server, 700)
      const before = senders.refused()
      {
        using _filled = fill(dataDir)
        await senders.sendFor(server, 1500)
        expect(senders.refused()).toBeGreaterThan(before)
        expect((await fetch(`${server.url}/health`)).status).toBe(200)
        expect((await fetch(`${server.url}/ready`)).status).toBe(503)
        // While it is full the senders wait: nothing they were promised may depend on their going on.
        if (time % 2 === 0) await Bun.sleep(1000)
      }
      const acknowledged = senders.acknowledged.length
      await senders.sendFor(server, 300)
      expect(senders.acknowledged.length).toBeGreaterThan(acknowledged)
    }
    const { acknowledged } = senders
    // A follower that failed while the disk was full tries again after up to 30 s (follower.ts).
    await until(() => missing(acknowledged, receiver.received).length === 0, 40_000)
    expect(server.process.exitCode).toBeNull()
    await expectHeld(acknowledged, { server, dataDir, receiver })
  },
  120_000,
)

it.skipIf(!hasSmallDisks())(
  'starts on a full disk, killed on it, and takes events once there is room',
  async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, MEGABYTES)
    const dataDir = folder.path
    await using receiver = startReceiver()
    const senders = createSenders({ filler: () => randomBytes(1500).toString('base64') })
    {
      await using server = await startServerProcess(dataDir, settings)
      await register(server, receiver.url)
      await senders.sendFor(server, 700)
      const sending = senders.sendUntil(server, server.process.exited)
      using _filled = fill(dataDir)
      await Bun.sleep(300)
      await server.kill()
      await sending
      await using again = await startServerProcess(dataDir, settings)
      await senders.sendFor(again, 300)
      expect((await fetch(`${again.url}/ready`)).status).toBe(503)
      await again.kill()
    }
    await using server = await startServerProcess(dataDir, settings)
    await senders.sendFor(server, 300)
    await expectHeld(senders.acknowledged, { server, dataDir, receiver })
  },
  60_000,
)
