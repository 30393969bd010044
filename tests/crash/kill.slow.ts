import { expect, it } from 'bun:test'
import { expectHeld, hotIds } from '../support/crash/held'
import { register, startReceiver } from '../support/crash/receiver'
import { createSenders } from '../support/crash/senders'
import { settings } from '../support/crash/settings'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

// Twenty rounds are what the durability promise asks for; more by NONIUS_CRASH_ROUNDS.
const ROUNDS = Number(process.env.NONIUS_CRASH_ROUNDS ?? 20)
const CONNECTIONS = 4

it(
  `loses and repeats nothing when it is killed ${ROUNDS} times while it is written to`,
  async () => {
    using folder = temporaryFolder()
    const dataDir = folder.path
    await using receiver = startReceiver()
    const senders = createSenders({ connections: CONNECTIONS })
    for (let round = 0; round < ROUNDS; round++) {
      await using server = await startServerProcess(dataDir, settings)
      if (round === 0) await register(server, receiver.url)
      const sending = senders.sendUntil(server, server.process.exited)
      await Bun.sleep(100 + Math.random() * 1500)
      await server.kill()
      await sending
    }
    const { acknowledged } = senders
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * CONNECTIONS)

    await using server = await startServerProcess(dataDir, settings)
    const hot = await hotIds(server)
    // What was stored and not acknowledged is owed all the same.
    await expectHeld([...acknowledged, ...hot], { server, dataDir, receiver })
    console.log(`${acknowledged.length} acknowledged over ${ROUNDS} kills, ${hot.length} held`)
  },
  ROUNDS * 15_000,
)
