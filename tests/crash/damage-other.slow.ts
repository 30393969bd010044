import { afterAll, beforeAll, expect, it } from 'bun:test'
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lakeCounts, missing, until } from '../support/crash/held'
import { createSenders } from '../support/crash/senders'
import { settings } from '../support/crash/settings'
import { makeSpecimen, type Specimen } from '../support/crash/specimen'
import { startServerProcess } from '../support/server-process'

let specimen: Specimen
beforeAll(async () => {
  specimen = await makeSpecimen()
}, 30_000)
afterAll(() => specimen[Symbol.asyncDispose]())

const lakeFiles = (dataDir: string) =>
  readdirSync(join(dataDir, 'lake', 'events'), { recursive: true })
    .map((name) => join(dataDir, 'lake', 'events', `${name}`))
    .filter((name) => name.endsWith('.parquet'))

it('names the file of the lake that is damaged, and goes on writing others', async () => {
  using folder = specimen.copy('stopped')
  const [bad] = lakeFiles(folder.path)
  writeFileSync(bad!, Buffer.alloc(1000, 'x'))
  const senders = createSenders({ from: 1_000_000 })
  {
    await using server = await startServerProcess(folder.path, settings)
    await senders.sendFor(server, 300)
    expect((await fetch(`${server.url}/ready`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
  }
  const refusal = await lakeCounts(folder.path).catch((error: Error) => error.message)
  expect(refusal).toContain(bad!)
  rmSync(bad!)
  expect(missing(senders.acknowledged, await lakeCounts(folder.path))).toEqual([])
}, 60_000)

it('serves everything else when a part of the log is damaged while it runs', async () => {
  using folder = specimen.copy('stopped')
  await using server = await startServerProcess(folder.path, settings)
  const headers = { authorization: server.key }
  const file = join(folder.path, 'hot', '00000001.db')
  const bytes = readFileSync(file)
  // All but the first page, which tells SQLite where everything is.
  writeFileSync(
    file,
    Buffer.concat([bytes.subarray(0, 2048), Buffer.alloc(bytes.length - 2048, 'x')]),
  )
  const statuses = new Set<number>()
  for (const id of specimen.held) {
    const url = `${server.url}/analytics/events/${encodeURIComponent(id)}`
    statuses.add((await fetch(url, { headers })).status)
  }
  expect([...statuses].sort()).toEqual([200, 404])
  const page = await fetch(`${server.url}/analytics/events?limit=1000`, { headers })
  expect(page.status).toBe(200)
  expect(server.output()).toMatch(/of the log is damaged/)
  const senders = createSenders({ from: 2_000_000 })
  await senders.sendFor(server, 300)
  await until(() => missing(senders.acknowledged, specimen.receiver.received).length === 0, 20_000)
  expect(missing(senders.acknowledged, specimen.receiver.received)).toEqual([])
  expect(await server.stop()).toBe(0)
  expect(missing(senders.acknowledged, await lakeCounts(folder.path))).toEqual([])
}, 60_000)

/** What a start says that is refused. */
async function refusalOf(dataDir: string): Promise<string> {
  const started = startServerProcess(dataDir, settings)
  const refusal = await started.catch((error: Error) => error.message)
  if (typeof refusal === 'string') return refusal
  await refusal.kill()
  throw new Error('it started')
}

it('refuses to start with a secret that was cut short, and says so', async () => {
  using folder = specimen.copy('stopped')
  truncateSync(join(folder.path, 'secret.key'), 7)
  expect(await refusalOf(folder.path)).toMatch(/secret\.key holds 7 bytes where 32 belong/)
})

it('refuses to start without the secret that its data were made with, and draws no other', async () => {
  using folder = specimen.copy('stopped')
  rmSync(join(folder.path, 'secret.key'))
  expect(await refusalOf(folder.path)).toMatch(/secret\.key/)
  expect(readdirSync(folder.path)).not.toContain('secret.key')
})

it('refuses to start with another secret than its data were made with', async () => {
  using folder = specimen.copy('stopped')
  writeFileSync(join(folder.path, 'secret.key'), Buffer.alloc(32, 7))
  expect(await refusalOf(folder.path)).toMatch(/secret\.key/)
})

it('refuses to start when the registry is damaged, and names the file', async () => {
  using folder = specimen.copy('stopped')
  const file = join(folder.path, 'nonius.db')
  writeFileSync(file, Buffer.alloc(readFileSync(file).length, 'x'))
  expect(await refusalOf(folder.path)).toMatch(/nonius\.db/)
})
