import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { type Damage, damages } from '../support/crash/damage'
import { hotIds, lakeCounts, missing, until } from '../support/crash/held'
import { createSenders } from '../support/crash/senders'
import { settings } from '../support/crash/settings'
import { makeSpecimen, type Specimen } from '../support/crash/specimen'
import type { TemporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const READERS = 8

let specimen: Specimen
beforeAll(async () => {
  specimen = await makeSpecimen()
}, 30_000)
afterAll(() => specimen[Symbol.asyncDispose]())

/** Which of the events that were held can be read no more; every answer must be 200 or 404. */
async function lostOf({ url, key }: ServerProcess): Promise<Set<string>> {
  const headers = { authorization: key }
  const lost = new Set<string>()
  async function look(id: string) {
    const reply = await fetch(`${url}/analytics/events/${encodeURIComponent(id)}`, { headers })
    await reply.arrayBuffer()
    if (reply.status === 404) lost.add(id)
    else expect([id, reply.status]).toEqual([id, 200])
  }
  const waiting = specimen.held.values()
  const reader = async () => {
    for (const id of waiting) await look(id)
  }
  await Promise.all(Array.from({ length: READERS }, reader))
  return lost
}

async function survives(folder: TemporaryFolder, from: number, damage: Damage) {
  const { loses = 0, says, repeats = false, forgetsWebhooks = false } = damage
  const { held, receiver } = specimen
  const senders = createSenders({ connections: 2, from })
  const { acknowledged } = senders
  {
    await using server = await startServerProcess(folder.path, settings)
    const lost = await lostOf(server)
    expect(lost.size).toBeLessThanOrEqual(Math.floor(held.length * loses))
    const pages = new Set(await hotIds(server))
    expect(missing(held, pages).filter((id) => !lost.has(id))).toEqual([])
    if (says !== undefined && (lost.size > 0 || loses === 0)) expect(server.output()).toMatch(says)

    await senders.sendFor(server, 300)
    expect(missing(acknowledged, new Set(await hotIds(server)))).toEqual([])
    // Not at once where all of yesterday is handed on once more: a day behind is not ready.
    const isReady = async () => (await fetch(`${server.url}/ready`)).status === 200
    expect(await until(isReady, 20_000)).toBe(true)
    if (!forgetsWebhooks) {
      await until(() => missing(acknowledged, receiver.received).length === 0, 20_000)
      expect(missing(acknowledged, receiver.received)).toEqual([])
    }
    expect(await server.stop()).toBe(0)
    expect(server.output()).not.toMatch(/Something broke|TypeError|internal/)
  }
  const lake = await lakeCounts(folder.path)
  expect(missing([...held, ...acknowledged], lake)).toEqual([])
  expect(acknowledged.filter((id) => lake.get(id) !== 1)).toEqual([])
  expect(held.filter((id) => lake.get(id)! > (repeats ? 2 : 1))).toEqual([])

  await using server = await startServerProcess(folder.path, settings)
  expect(missing(acknowledged, new Set(await hotIds(server)))).toEqual([])
}

describe('a server whose files are damaged between two starts', () => {
  for (const [at, one] of damages.entries()) {
    it.concurrent(`goes on without ${one.name}`, async () => {
      using folder = specimen.copy(one.left)
      one.damage(folder.path)
      await survives(folder, (at + 1) * 1_000_000, one)
    }, 60_000)
  }
})
