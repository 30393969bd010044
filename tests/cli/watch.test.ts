import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { version } from '../../package.json'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')
const admin = 'nk_test_key_of_the_admin'
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(dataDir)
  await send([{ event_type: 'before', timestamp: '2020-01-01T00:00:00Z' }, {}])
  await sendText('{')
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const send = (events: object[]) => sendText(JSON.stringify(events))

async function sendText(body: string) {
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  return fetch(`${server.url}/api/v1/events`, { method: 'POST', headers, body })
}

const atServer = () => ['--url', server.url, '--key', admin]

describe('nonius sources', () => {
  it('asks a running server', async () => {
    const { stdout, exitCode } = await nonius(['sources', ...atServer()])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^source +name +last seen +accepted +duplicates +quarantined +refused/)
    const row = /demo +Demo +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +1 +0 +2 +1 +1 accepted, 2 quarantined/
    expect(stdout).toMatch(row)
    expect(stdout).toContain('1 refused (invalid_json 1)')
  })

  it('prints JSON as the server has it', async () => {
    const { stdout } = await nonius(['sources', ...atServer(), '--json'])
    const headers = { authorization: `Bearer ${admin}` }
    const answer = (await (await fetch(`${server.url}/sources`, { headers })).json()) as {
      sources: { accepted: number }[]
    }
    const { sources } = JSON.parse(stdout) as typeof answer
    expect(sources[0]!.accepted).toBe(1)
    expect(Object.keys(sources[0]!).sort()).toEqual(Object.keys(answer.sources[0]!).sort())
  })

  it('reads a data folder, also beside its server', async () => {
    const { stdout, exitCode } = await nonius(['sources', '--data-dir', dataDir, '--json'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout).sources[0]).toMatchObject({ id: 'demo', accepted: 1, refused: 1 })
  })

  for (const [what, args, sentence] of [
    ['a folder without a server', ['--data-dir', '/nowhere'], /No Nonius server has run/],
    ['a server that is away', ['--url', 'http://127.0.0.1:1', '--key', 'x'], /Nothing answers at/],
    ['no key', 'keyless', /401/],
  ] as const) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const given = args === 'keyless' ? ['--url', server.url] : [...args]
      const { stderr, exitCode } = await nonius(['sources', ...given])
      expect(stderr).toMatch(sentence)
      expect(exitCode).toBe(1)
    })
  }
})

describe('nonius status', () => {
  it('tells that it runs, since when, and what came', async () => {
    const { stdout, exitCode } = await nonius(['status', ...atServer()])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      new RegExp(
        `^Nonius ${version} is running at ${server.url}/ since \\d{4}-.* UTC \\(\\d+ m?s\\)`,
      ),
    )
    expect(stdout).toContain('It can take events.')
    expect(stdout).toMatch(/^consumer +archive: /m)
    expect(stdout).toMatch(/^disk +[\d.]+ GB free of [\d.]+ GB$/m)
    expect(stdout).toMatch(/^quarantine +2 items$/m)
    expect(stdout).toMatch(/^demo +\d{4}.* +1 +0 +2 +1 +invalid_json 1/m)
  })

  it('needs no key where the data folder is', async () => {
    const { stdout, exitCode } = await nonius([
      'status',
      '--url',
      server.url,
      '-d',
      dataDir,
      '--json',
    ])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ isRunning: true, isReady: true, version, problems: [] },
      figures: { quarantineItems: 2, deliveries: { waiting: 0 } },
      sources: [{ id: 'demo', accepted: 1 }],
    })
  })

  it('exits with 1 when nothing answers, or something else does', async () => {
    using other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello') })
    for (const [url, sentence] of [
      ['http://127.0.0.1:1', 'nothing answers at http://127.0.0.1:1/'],
      [`http://127.0.0.1:${other.port}`, 'is no Nonius'],
    ]) {
      const { stdout, exitCode } = await nonius(['status', '--url', url!, '-d', '/nowhere'])
      expect(exitCode).toBe(1)
      expect(stdout).toContain('Nonius is not running')
      expect(stdout).toContain(sentence!)
    }
  })
})

describe('nonius keys list', () => {
  it('tells when each key was last used', async () => {
    const headers = { authorization: `Bearer ${admin}` }
    await fetch(`${server.url}/sources`, { headers }) // writes what is counted
    const { stdout } = await nonius(['keys', 'list', '--data-dir', dataDir, '--json'])
    const keys = JSON.parse(stdout) as { name: string; lastUsedAt?: string }[]
    for (const { lastUsedAt } of keys) {
      expect(Date.now() - Date.parse(lastUsedAt!)).toBeWithin(0, 60_000)
    }
    const table = (await nonius(['keys', 'list', '--data-dir', dataDir])).stdout
    expect(table).toContain('last used')
  })
})

describe('nonius tail', () => {
  /** Runs it until it has printed so many, and sends once it waits. */
  async function tailed(args: string[], limit: number, sends: () => Promise<unknown>) {
    const key = ['--url', server.url, '--key', admin, '--interval', '0.1']
    const running = startTail([...key, '--limit', String(limit), ...args])
    await running.waits
    await sends()
    return running.finished
  }

  function startTail(args: string[]) {
    const cli = join(import.meta.dir, '../../src/cli.ts')
    const child = Bun.spawn([process.execPath, cli, 'tail', ...args], {
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const waits = Promise.withResolvers<void>()
    async function hear() {
      let said = ''
      for await (const part of child.stderr) {
        said += new TextDecoder().decode(part)
        if (said.includes('Waiting for events')) waits.resolve()
      }
      waits.resolve()
      return said
    }
    const heard = hear()
    const finished = (async () => {
      const stdout = await new Response(child.stdout).text()
      return { stdout, stderr: await heard, exitCode: await child.exited }
    })()
    return { waits: waits.promise, finished, child }
  }

  it('prints what comes from now on, each once, also when it happened long ago', async () => {
    const events = Array.from({ length: 30 }, (_, n) => ({
      ...{ event_type: `new-${n}`, user_id: 'u1' },
      timestamp: n % 2 ? '2019-05-01T10:00:00Z' : new Date().toISOString(),
    }))
    const { stdout, exitCode } = await tailed([], 30, async () => {
      for (const event of events) await send([event])
    })
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.split(/ {2}/)[2])).toEqual(
      events.map(({ event_type }) => event_type),
    )
    for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d {2}demo {2}new-\d+ {2}u1$/)
  })

  it('prints whole events with --json, one a line, of those that are asked for', async () => {
    const { stdout } = await tailed(['--json', '--type', 'wanted'], 1, async () => {
      await sendText('[\n{"event_type":"unwanted"},\n{"event_type":"wanted",\n"n":1.000}]')
    })
    expect(stdout).toMatch(/^\{"event_type":"wanted",\s*"n":1\.000\}\n$/)
  })

  it('prints those that a condition holds of', async () => {
    const filter = '{"path":"payload.score","lt":0.5}'
    const { stdout } = await tailed(['--json', '--filter', filter], 1, async () => {
      await sendText('[{"event_type":"a","payload":{"score":0.9}}]')
      await sendText('[{"event_type":"b","payload":{"score":0.4}}]')
    })
    expect(stdout).toBe('{"event_type":"b","payload":{"score":0.4}}\n')
  })

  it('prints what goes to quarantine when it is asked to, and breaks no line', async () => {
    const { stdout } = await tailed(['--quarantine'], 2, async () => {
      await send([{ event_type: 'odd\n\u001b[31m', user_id: 'u1' }])
      await send([{ unknown: 1 }])
    })
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines.join()).not.toContain('\u001b')
    expect(lines.join()).toMatch(/quarantined qua_\w+ {2}.*event_type.*: Required/)
  })

  it('ends at Ctrl-C without a complaint', async () => {
    const running = startTail(['--url', server.url, '--key', admin])
    await running.waits
    running.child.kill('SIGINT')
    const { exitCode, stderr } = await running.finished
    expect(exitCode).toBe(0)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  for (const [what, args, sentence] of [
    ['no key', [], /A key is needed/],
    ['a wrong key', ['--key', 'nk_wrong'], /401 This key is not known here/],
    ['an odd interval', ['--interval', '0'], /number of seconds from 0.1 to 3600/],
    ['a filter that is none', ['--filter', '{"path":"type"}'], /Must be \{"path".*a path alone/],
    ['an odd kind', ['--kind', 'thing'], /Allowed choices are event, entity, all/],
  ] as const) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const { stderr, exitCode } = await nonius(['tail', '--url', server.url, ...args])
      expect(stderr).toMatch(sentence)
      expect(exitCode).toBe(1)
    })
  }
})
