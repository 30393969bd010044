import { describe, expect, it } from 'bun:test'
import { temporaryFolder } from '../support/folders'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const ADMIN = 'nk_test_key_of_the_admin'
const MB = 1024 * 1024

// Nobody may wait longer for a sign of life.
const TURN_MS = 250

async function call({ url }: ServerProcess, path: string, body: unknown) {
  const headers = { authorization: ADMIN, 'content-type': 'application/json' }
  const reply = await fetch(`${url}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
}

/** The longest that `/health` took while the work was done, in ms. */
async function longestHealth({ url }: ServerProcess, work: Promise<unknown>): Promise<number> {
  let isDone = false
  void work.finally(() => {
    isDone = true
  })
  let longest = 0
  while (!isDone) {
    const begun = performance.now()
    expect((await fetch(`${url}/health`)).status).toBe(200)
    longest = Math.max(longest, performance.now() - begun)
    await Bun.sleep(5)
  }
  await work
  return longest
}

/** Items of so many bytes that nobody can keep as events. */
async function setAside(server: ServerProcess, count: number, bytes: number) {
  const list = Array.from({ length: bytes / 64 }, () => 'x'.repeat(61))
  for (let n = 0; n < count; n += 1) {
    const { status } = await call(server, '/caliper/v1p2/events', { data: [{ n, list }] })
    expect(status).toBe(200)
  }
}

type Patch = Record<string, unknown>[]
const patches: Record<string, Patch> = {
  'that doubles them a hundred times': Array.from({ length: 100 }, (_, n) => ({
    ...{ op: 'copy', from: '', path: `/c${n}` },
  })),
  'that adds to the front of a long array': Array.from({ length: 100 }, () => ({
    ...{ op: 'add', path: '/list/0', value: 1 },
  })),
  'that moves all of it to and fro': Array.from({ length: 100 }, (_, n) => ({
    op: 'move',
    from: n % 2 === 0 ? '/list' : '/other',
    path: n % 2 === 0 ? '/other' : '/list',
  })),
  'that replaces and tests megabytes': Array.from({ length: 10 }, (_, n) => ({
    op: n % 2 === 0 ? 'add' : 'test',
    path: '/big',
    value: Array.from({ length: 8 * 1024 }, () => 'x'.repeat(30)),
  })),
}

describe('a replay of large items with a patch', () => {
  for (const [what, patch] of Object.entries(patches)) {
    it(`${what} keeps nobody else waiting, and is answered within seconds`, async () => {
      using folder = temporaryFolder()
      await using server = await startServerProcess(folder.path)
      await setAside(server, 60, MB)
      // What a busy machine adds to it is not the server's.
      const turn = TURN_MS + (await longestHealth(server, Bun.sleep(2_000)))
      const begun = performance.now()
      const replay = call(server, '/quarantine/replay', { filter: {}, patch, limit: 1000 })
      expect(await longestHealth(server, replay)).toBeLessThan(turn)
      expect(performance.now() - begun).toBeLessThan(5_000)
      const { status, body } = await replay
      expect([200, 202]).toContain(status)
      expect((body.results as unknown[]).length).toBeGreaterThan(0)
      // While it goes on in the background, too.
      expect(await longestHealth(server, Bun.sleep(3_000))).toBeLessThan(turn)
    }, 60_000)
  }
})
