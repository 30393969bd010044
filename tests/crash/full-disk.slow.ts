import { expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fill, hasSmallDisks, smallDisk } from '../support/crash/small-disk'
import { temporaryFolder } from '../support/folders'
import { openLake } from '../support/lake'
import { startServerProcess } from '../support/server-process'

it.skipIf(!hasSmallDisks())(
  'answers 503 while the disk is full, loses nothing it acknowledged, and recovers by itself',
  async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, 24)
    await using server = await startServerProcess(folder.path)
    const headers = { authorization: server.key, 'content-type': 'application/json' }
    let sent = 0
    const acknowledged: string[] = []
    async function post() {
      const event_id = `native-${++sent}`
      const properties = { filler: randomBytes(60_000).toString('base64') }
      const body = JSON.stringify({ event_type: 'filled', event_id, properties })
      const reply = await fetch(`${server.url}/api/v1/events`, { method: 'POST', headers, body })
      const answer = (await reply.json()) as Record<string, unknown>
      if (reply.status === 201) acknowledged.push(event_id)
      return { reply, answer }
    }

    let refused = await post()
    while (refused.reply.status === 201 && sent < 1000) refused = await post()
    expect(refused.reply.status).toBe(503)
    expect(Number(refused.reply.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.reply.headers.get('content-type')).toContain('application/problem+json')
    expect(refused.answer).toMatchObject({ code: 'unavailable', status: 503 })
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    const ready = await fetch(`${server.url}/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.text()).toMatch(/disk: \d+ MB free/)
    expect(server.output()).toMatch(/full/i)

    for (const id of acknowledged) {
      const reply = await fetch(`${server.url}/analytics/events/${id}`, { headers })
      expect([id, reply.status]).toEqual([id, 200])
    }
    expect(server.process.exitCode).toBeNull()
  },
  60_000,
)

it.skipIf(!hasSmallDisks())(
  'takes events again once the disk has room',
  async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, 32)
    await using server = await startServerProcess(folder.path)
    const headers = { authorization: server.key, 'content-type': 'application/json' }
    const post = (id: string) =>
      fetch(`${server.url}/api/v1/events`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          event_type: 'tried',
          event_id: id,
          properties: { x: id.repeat(1000) },
        }),
      })
    expect((await post('before')).status).toBe(201)
    const filled = fill(folder.path)
    const statuses = new Set<number>()
    for (let i = 0; i < 200 && !statuses.has(503); i++) {
      statuses.add(
        (await post(`during-${i}-${randomBytes(3000).toString('hex')}`.slice(0, 2000))).status,
      )
    }
    expect([...statuses]).toContain(503)
    expect((await fetch(`${server.url}/ready`)).status).toBe(503)
    filled[Symbol.dispose]()
    // Without an event in between, as behind a load balancer that has stopped sending any.
    expect(await (await fetch(`${server.url}/ready`)).text()).not.toMatch(/store:/)
    expect((await post('after')).status).toBe(201)
    for (const id of ['before', 'after']) {
      expect((await fetch(`${server.url}/analytics/events/${id}`, { headers })).status).toBe(200)
    }
  },
  60_000,
)

it.skipIf(!hasSmallDisks())(
  'takes events at once when a little is freed, and the lake catches up by itself when more is',
  async () => {
    using folder = temporaryFolder()
    using _disk = smallDisk(folder.path, 80)
    const env = { NONIUS_ARCHIVE_FLUSH_SECONDS: '1' }
    await using server = await startServerProcess(folder.path, env)
    const headers = { authorization: server.key, 'content-type': 'application/json' }
    const acknowledged: string[] = []
    async function post(bytes: number): Promise<number> {
      const event_id = `filled-${acknowledged.length}`
      const properties = { filler: randomBytes(bytes).toString('base64') }
      const body = JSON.stringify({ event_type: 'filled', event_id, properties })
      const reply = await fetch(`${server.url}/api/v1/events`, { method: 'POST', headers, body })
      if (reply.status === 201) acknowledged.push(event_id)
      return reply.status
    }
    const ready = async () => (await fetch(`${server.url}/ready`)).text()
    const halfMade = () => [
      ...new Bun.Glob('lake/staging/**/*.{zst,parquet}').scanSync(folder.path),
    ]

    // So full that what the archive has to write does not fit.
    const fillers = ['first', 'second'].map((name) => join(folder.path, name))
    writeFileSync(fillers[0]!, randomBytes(6 * MB))
    writeFileSync(fillers[1]!, randomBytes(42 * MB))
    for (let tries = 0; tries < 500 && (await post(1_000_000)) === 201; ) tries += 1
    for (let tries = 0; tries < 500 && (await post(20_000)) === 201; ) tries += 1
    expect(await post(1_000_000)).toBe(503)
    expect(await ready()).toMatch(/disk: 0 MB free/)

    rmSync(fillers[0]!)
    for (let i = 0; i < 20; i++) {
      expect(await post(40_000)).toBe(201)
      await Bun.sleep(100)
      // What there is belongs to new events: nothing half made fills it.
      expect(halfMade()).toEqual([])
    }
    await until(async () => /archive: waits for disk space/.test(await ready()))
    expect(await post(40_000)).toBe(201)

    rmSync(fillers[1]!)
    await using lake = openLake(folder.path)
    const archived = async () => {
      const { rows } = await lake.query(`SELECT event_id FROM events WHERE kind = 'event'`)
      return rows.map(([id]) => String(id)).toSorted()
    }
    await until(async () => (await archived()).length >= acknowledged.length)
    expect(await archived()).toEqual(acknowledged.toSorted())
    expect(await ready()).not.toMatch(/archive:/)
    expect(server.output().match(/the archive waits/g)?.length).toBe(1)
    expect(server.process.exitCode).toBeNull()
  },
  120_000,
)

const MB = 1024 * 1024

// The archive tries again after 30 s at the latest.
async function until(holds: () => Promise<boolean>) {
  const end = performance.now() + 60_000
  while (performance.now() < end) {
    if (await holds()) return
    await Bun.sleep(100)
  }
  throw new Error('it did not come to it')
}
