import { expect, it } from 'bun:test'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

// Five find what twenty would: at each some hundred batches are in flight.
const ROUNDS = Number(process.env.NONIUS_CRASH_ROUNDS ?? 5)
const CONNECTIONS = 4
const A_BATCH = 5
// The follower of the log has everything soon after a start.
const PATIENCE_MS = 20_000

const VERB = 'https://example.edu/verbs/seen'
const idOf = (name: string) => ({ objectType: 'Activity', id: `https://example.edu/${name}` })

function headersOf({ key }: ServerProcess) {
  return {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'x-experience-api-version': '1.0.3',
  }
}

/** Sends batches until the server is gone. @returns those that were acknowledged, and all */
async function sendUntilKilled(server: ServerProcess, ending: { isKilled: boolean }, name: string) {
  const acknowledged: string[][] = []
  const sent: string[][] = []
  for (let batch = 0; ; batch += 1) {
    const ids = Array.from({ length: A_BATCH }, () => crypto.randomUUID())
    const statements = ids.map((id, n) => ({
      id,
      actor: { mbox: `mailto:user${n}@example.edu` },
      verb: { id: VERB },
      // Each refers to the one before it, but the first.
      object: n === 0 ? idOf(`${name}/${batch}`) : { objectType: 'StatementRef', id: ids[n - 1] },
    }))
    sent.push(ids)
    try {
      const reply = await fetch(`${server.url}/xapi/statements`, {
        method: 'POST',
        headers: headersOf(server),
        body: JSON.stringify(statements),
      })
      if (reply.status !== 200) throw new Error(`answered ${reply.status}: ${await reply.text()}`)
      expect(await reply.json()).toEqual(ids)
      acknowledged.push(ids)
    } catch (error) {
      if (ending.isKilled) return { acknowledged, sent }
      throw error
    }
  }
}

/** Every id that is found by the verb, page by page, and how often. */
async function findAll(server: ServerProcess): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  let path = `/xapi/statements?verb=${encodeURIComponent(VERB)}&limit=500&ascending=true`
  while (path !== '') {
    const reply = await fetch(new URL(path, server.url), { headers: headersOf(server) })
    expect(reply.status).toBe(200)
    const { statements, more = '' } = (await reply.json()) as {
      statements: { id: string }[]
      more?: string
    }
    for (const { id } of statements) found.set(id, (found.get(id) ?? 0) + 1)
    path = more
  }
  return found
}

async function untilFound(server: ServerProcess, ids: readonly string[]) {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const found = await findAll(server)
    const missing = ids.filter((id) => !found.has(id))
    if (missing.length === 0) return found
    if (performance.now() > end) expect(missing).toEqual([])
    await Bun.sleep(100)
  }
}

async function statusOf(server: ServerProcess, id: string): Promise<number> {
  const url = `${server.url}/xapi/statements?statementId=${id}`
  return (await fetch(url, { headers: headersOf(server) })).status
}

it(
  `finds every statement that it acknowledged after ${ROUNDS} kills, and no part of a batch`,
  async () => {
    using folder = temporaryFolder()
    const acknowledged: string[][] = []
    const sent: string[][] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      await using server = await startServerProcess(folder.path)
      const ending = { isKilled: false }
      const sending = Array.from({ length: CONNECTIONS }, (_, n) =>
        sendUntilKilled(server, ending, `${round}/${n}`),
      )
      await Bun.sleep(500 + Math.random() * 1500)
      ending.isKilled = true
      await server.kill()
      for (const done of await Promise.all(sending)) {
        acknowledged.push(...done.acknowledged)
        sent.push(...done.sent)
      }
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * CONNECTIONS)

    const expectWhole = async (server: ServerProcess) => {
      const found = await untilFound(server, acknowledged.flat())
      expect([...found.values()].filter((times) => times !== 1)).toEqual([])
      for (const ids of sent) {
        expect([0, A_BATCH]).toContain(ids.filter((id) => found.has(id)).length)
      }
      for (const ids of acknowledged.slice(-20)) {
        expect(await Promise.all(ids.map((id) => statusOf(server, id)))).toEqual(ids.map(() => 200))
      }
      return found
    }
    let held: Map<string, number>
    {
      await using server = await startServerProcess(folder.path)
      held = await expectWhole(server)
      await server.stop()
    }
    // Its file is lost, then it is no file of SQLite: it is made from the log again.
    const file = join(folder.path, 'statements.db')
    for (const lose of [
      () => rmSync(file, { force: true }),
      () => writeFileSync(file, 'no database'.repeat(10_000)),
    ]) {
      for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true })
      lose()
      await using server = await startServerProcess(folder.path)
      const found = await expectWhole(server)
      expect([...found.keys()].toSorted()).toEqual([...held.keys()].toSorted())
      await server.stop()
    }
    console.log(
      `${acknowledged.length} batches acknowledged over ${ROUNDS} kills, ${held.size} held`,
    )
  },
  ROUNDS * 20_000 + 120_000,
)
