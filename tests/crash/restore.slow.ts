import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { hotIds, lakeCounts, missing, until } from '../support/crash/held'
import { type Receiver, register, startReceiver } from '../support/crash/receiver'
import { createSenders } from '../support/crash/senders'
import { settings } from '../support/crash/settings'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'

/** What a restore brings back from yesterday; everything else is as it is today. */
interface Restore {
  name: string
  /** Names in the data folder. */
  yesterday: string[]
  /** Names that are simply gone. */
  gone?: string[]
  says?: RegExp
  /** Whether cursors go back, so that what was archived since is archived once more. */
  repeats?: boolean
}

const behind = /the log ends before what was handled/

const restores: Restore[] = [
  { name: 'hot/ of yesterday under everything of today', yesterday: ['hot'], says: behind },
  {
    name: 'nonius.db of yesterday under everything of today',
    yesterday: ['nonius.db'],
    repeats: true,
  },
  {
    name: 'hot/ and nonius.db of yesterday over the lake of today',
    yesterday: ['hot', 'nonius.db'],
  },
  { name: 'the whole folder of yesterday', yesterday: ['hot', 'nonius.db', 'lake'] },
  { name: 'the lake of yesterday under everything else of today', yesterday: ['lake'] },
  { name: 'an empty hot/', yesterday: [], gone: ['hot'], says: behind },
  {
    ...{ name: 'an empty hot/ under nonius.db of yesterday', says: behind },
    ...{ yesterday: ['nonius.db'], gone: ['hot'] },
  },
]

// With what SQLite keeps beside a file that was not closed.
const filesOf = (name: string) =>
  name.endsWith('.db') ? [name, `${name}-wal`, `${name}-shm`] : [name]

const scratch = temporaryFolder()
const days = {
  yesterday: join(scratch.path, 'yesterday'),
  today: join(scratch.path, 'today'),
}
const held = { yesterday: [] as string[], today: [] as string[] }
let receiver: Receiver

beforeAll(async () => {
  receiver = startReceiver()
  const senders = createSenders()
  const made = join(scratch.path, 'made')
  for (const day of ['yesterday', 'today'] as const) {
    const before = senders.acknowledged.length
    await using server = await startServerProcess(made, settings)
    // One made yesterday, and one today, after what a restored log may hold.
    await register(server, receiver.url)
    await senders.sendFor(server, 300)
    held[day] = senders.acknowledged.slice(before)
    const isArchived = async () => missing(held[day], await lakeCounts(made)).length === 0
    expect(await until(isArchived, 10_000)).toBe(true)
    await server.kill()
    cpSync(made, days[day], { recursive: true })
  }
}, 60_000)
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  scratch[Symbol.dispose]()
})

function restored(restore: Restore) {
  const folder = temporaryFolder()
  cpSync(days.today, folder.path, { recursive: true })
  for (const name of [...restore.yesterday, ...(restore.gone ?? [])].flatMap(filesOf)) {
    rmSync(join(folder.path, name), { recursive: true, force: true })
  }
  for (const name of restore.yesterday.flatMap(filesOf)) {
    cpSync(join(days.yesterday, name), join(folder.path, name), { recursive: true })
  }
  return folder
}

const minus = (ids: string[], others: string[]) => missing(ids, new Set(others))

describe('a folder that was restored in part', () => {
  for (const [at, restore] of restores.entries()) {
    it(`loses nothing that is new, nor what the lake has: ${restore.name}`, async () => {
      using folder = restored(restore)
      const before = await lakeCounts(folder.path)
      const senders = createSenders({ from: (at + 1) * 1_000_000 })
      const { acknowledged } = senders
      {
        await using server = await startServerProcess(folder.path, settings)
        if (restore.says) expect(server.output()).toMatch(restore.says)
        await senders.sendFor(server, 400)
        expect(missing(acknowledged, new Set(await hotIds(server)))).toEqual([])
        await until(() => missing(acknowledged, receiver.received).length === 0, 20_000)
        expect(missing(acknowledged, receiver.received)).toEqual([])
        expect(await server.stop()).toBe(0)
        expect(server.output()).not.toMatch(/Something broke|TypeError|internal/)
      }
      const after = await lakeCounts(folder.path)
      expect(missing(before.keys(), after)).toEqual([])
      expect(acknowledged.filter((id) => after.get(id) !== 1)).toEqual([])
      const most = restore.repeats ? 2 : 1
      expect([...after].filter(([, count]) => count > most)).toEqual([])

      // It goes on from there as any other.
      await using server = await startServerProcess(folder.path, settings)
      expect(missing(acknowledged, new Set(await hotIds(server)))).toEqual([])
      expect(server.output()).not.toMatch(behind)
    }, 60_000)
  }

  it('takes what was lost with it when it is sent again', async () => {
    using folder = restored(restores[0]!)
    await using server = await startServerProcess(folder.path, settings)
    const hot = await hotIds(server)
    expect(minus(held.yesterday, hot)).toEqual([])
    expect(minus(held.today, hot)).toEqual(held.today)
    // Senders that number from the beginning send the same events as then.
    const senders = createSenders()
    await senders.sendFor(server, 600)
    expect(senders.acknowledged.length).toBeGreaterThan(0)
    expect(missing(senders.acknowledged, new Set(await hotIds(server)))).toEqual([])
  }, 60_000)
})
