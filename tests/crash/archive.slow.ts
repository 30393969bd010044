import { expect, it } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { temporaryFolder } from '../support/folders'
import { openLake } from '../support/lake'
import { catchesInterrupt, childrenOf, isRunning } from '../support/processes'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const ROUNDS = 6
// Before the first round, and in each one: a fast machine archives all there are within a round.
const EVENTS = 12
// It takes milliseconds where others do not want the same cores.
const PATIENCE_MS = 5000

async function post({ url, key }: ServerProcess, event_id: string) {
  const properties = { filler: randomBytes(2_000_000).toString('base64') }
  const reply = await fetch(`${url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: key, 'content-type': 'application/json' },
    body: JSON.stringify({ event_type: 'filled', event_id, properties }),
  })
  expect(reply.status).toBe(201)
}

async function archiverOf(server: ServerProcess): Promise<number> {
  const end = performance.now() + 20_000
  while (performance.now() < end) {
    const found = childrenOf(server.process.pid).find(
      ({ pid, command }) => /archive-process/.test(command) && catchesInterrupt(pid),
    )
    if (found) return found.pid
    await Bun.sleep(5)
  }
  throw new Error('nothing archives')
}

it.skipIf(process.platform !== 'linux')(
  'has every event in the lake once when server or archiver are killed while they archive',
  async () => {
    using folder = temporaryFolder()
    const settings = { NONIUS_ARCHIVE_FLUSH_SECONDS: '1' }
    const ids: string[] = []
    async function postMore(server: ServerProcess) {
      for (let i = 0; i < EVENTS; i++) {
        const id = `big-${String(ids.length).padStart(3, '0')}`
        await post(server, id)
        ids.push(id)
      }
    }
    {
      await using server = await startServerProcess(folder.path, {
        NONIUS_ARCHIVE_FLUSH_SECONDS: '3600',
      })
      await postMore(server)
      await server.kill()
    }

    let lived = 0
    for (let round = 0; round < ROUNDS; round++) {
      await using server = await startServerProcess(folder.path, settings)
      await postMore(server)
      const archiver = await archiverOf(server)
      // Neither the lock nor the port of the server is kept by it.
      const kept = openFilesOf(archiver).filter((path) => /lock\.db/.test(path) || isPort(path))
      expect(kept).toEqual([])
      // As Ctrl-C and service managers do: to the server and to everything that it started.
      await Bun.sleep(Math.random() * 500)
      if (isRunning(archiver)) process.kill(archiver, 'SIGINT')
      await Bun.sleep(100)
      // Between writing and counting the server itself ends one and starts another.
      if (isRunning(archiver)) lived += 1
      expect(server.output()).not.toContain('SIGINT')
      if (round % 2 === 0) {
        if (isRunning(archiver)) process.kill(archiver, 'SIGKILL')
        await Bun.sleep(Math.random() * 500)
      }
      const last = childrenOf(server.process.pid)
      await server.kill()
      // It dies with the server, though nobody could tell it to.
      const end = performance.now() + PATIENCE_MS
      while (last.some(({ pid }) => isRunning(pid)) && performance.now() < end) await Bun.sleep(10)
      expect(last.filter(({ pid }) => isRunning(pid))).toEqual([])
    }
    expect(lived).toBeGreaterThan(0)

    await using server = await startServerProcess(folder.path, settings)
    const end = performance.now() + 60_000
    await using lake = openLake(folder.path)
    const archived = async () => (await lake.query('SELECT event_id FROM events ORDER BY 1')).rows
    while ((await archived()).length < ids.length && performance.now() < end) await Bun.sleep(200)
    expect((await archived()).map(([id]) => String(id))).toEqual(ids)
    expect(await server.stop()).toBe(0)
    expect([...new Bun.Glob('lake/{staging,refused}/**/*').scanSync(folder.path)]).toEqual([])
  },
  180_000,
)

function openFilesOf(pid: number): string[] {
  return [...new Bun.Glob('*').scanSync({ cwd: `/proc/${pid}/fd`, onlyFiles: false })].map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return ''
    }
  })
}

/** Whether a socket, by the name that `/proc/PID/fd` shows, is one that listens. */
function isPort(path: string): boolean {
  const [, ...rows] = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n')
  return rows.some((row) => {
    const cells = row.trim().split(/\s+/)
    return cells[3] === '0A' && path === `socket:[${cells[9]}]`
  })
}
