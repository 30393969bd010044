import { expect, it } from 'bun:test'
import { join } from 'node:path'
import { createProofs } from '../../src/merkle/prove'
import { openTrees } from '../../src/platform/local/trees'
import { hotIds } from '../support/crash/held'
import { createSenders } from '../support/crash/senders'
import { settings } from '../support/crash/settings'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

const ROUNDS = Number(process.env.NONIUS_CRASH_ROUNDS ?? 8)

it(
  `has one leaf for each event that was acknowledged over ${ROUNDS} kills`,
  async () => {
    using folder = temporaryFolder()
    const dataDir = folder.path
    const senders = createSenders({ connections: 4 })
    let held: string[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      await using server = await startServerProcess(dataDir, settings)
      if (round === ROUNDS) {
        held = await hotIds(server)
        continue
      }
      const sending = senders.sendUntil(server, server.process.exited)
      await Bun.sleep(100 + Math.random() * 2500)
      await server.kill()
      await sending
    }
    // The last server stopped in order, and so left nothing outside of its trees.
    await using trees = openTrees(join(dataDir, 'trees.db'), { add: () => {} })
    const leaves = new Map<string, number>()
    const { items } = await trees.heads('default', { limit: 1000 })
    for (const { hour } of items) {
      for await (const some of trees.leaves('default', hour)) {
        for (const { eventId, of } of some) {
          if (of === 'sent') leaves.set(eventId!, (leaves.get(eventId!) ?? 0) + 1)
        }
      }
    }
    const acknowledged = [...new Set([...senders.acknowledged, ...held])]
    expect(acknowledged.length).toBeGreaterThan(ROUNDS)
    expect(acknowledged.filter((id) => leaves.get(id) !== 1)).toEqual([])
    const proofs = createProofs(trees)
    for (const id of acknowledged.slice(-20)) {
      expect(await proofs.ofEvent('default', id, { from: '' })).toBeDefined()
    }
    console.log(`${acknowledged.length} events, ${leaves.size} leaves over ${ROUNDS} kills`)
  },
  (ROUNDS + 1) * 20_000,
)
