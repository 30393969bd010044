import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/folders'
import { run } from '../../support/program'
import { type ServerProcess, startServerProcess } from '../../support/server-process'

const here = (name: string) => join(import.meta.dir, name)
const cli = join(import.meta.dir, '../../../src/cli.ts')
const python = process.env.OPEN_EDX_PYTHON ?? 'python3'

const folder = temporaryFolder()
let server: ServerProcess
/** The clients are told of endpoint, key and secret as `nonius keys create --xapi` prints them. */
let env: Record<string, string>
beforeAll(async () => {
  server = await startServerProcess(folder.path)
  const printed = await nonius('keys', 'create', '--xapi', '--scopes', 'all')
  const named = (name: string) => new RegExp(`^${name} (\\S+)$`, 'm').exec(printed)![1]!
  env = {
    NONIUS_URL: server.url,
    XAPI_ENDPOINT: named('endpoint'),
    XAPI_KEY: named('key'),
    XAPI_SECRET: named('secret'),
    XAPI_CLIENTS_FOLDER: process.env.XAPI_CLIENTS_FOLDER ?? '',
  }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

async function nonius(...words: string[]): Promise<string> {
  const command = [process.execPath, cli, ...words, '-d', folder.path, '-u', server.url]
  const { stdout, stderr, exitCode } = await run(command)
  if (exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${exitCode}: ${stderr}`)
  return stdout
}

/** Runs a client and reads the line of JSON that it ends with. */
async function told<Result>(command: string[], more: Record<string, string> = {}): Promise<Result> {
  const { stdout, stderr, exitCode } = await run(command, { env: { ...env, ...more } })
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Result
}

/** Each is an event like any other, stamped with the source of the key. */
async function expectHeld(ids: readonly string[], sourceId = 'demo') {
  expect(ids.length).toBeGreaterThan(0)
  const headers = { Authorization: `Bearer ${server.key}` }
  for (const id of ids) {
    const path = `/analytics/events/${encodeURIComponent(id)}?view=record`
    const response = await fetch(new URL(path, server.url), { headers })
    expect([id, response.status]).toEqual([id, 200])
    expect(await response.json()).toMatchObject({ standard: 'xapi', sourceId })
  }
}

interface Told {
  sent: string[]
  found: string[]
}

/** The record store gives out what was sent, the newest first. */
async function expectFound({ sent, found }: Told) {
  expect(found).toEqual(sent.toReversed())
  await expectHeld(sent)
}

describe('a client of xAPI that others wrote', () => {
  it('@xapi/xapi stores, finds, voids, and keeps documents', async () => {
    const { answered, ...one } = await told<Told & { answered: string[] }>([
      'node',
      here('xapi/xapi-xapi.mjs'),
    ])
    await expectFound(one)
    expect(answered).toEqual(one.sent)
    expect(one).toMatchObject({
      isOne: true,
      isVoided: true,
      attachment: 'a certificate, déjà',
      state: { page: 1, volume: 0.5 },
      states: [['bookmark'], []],
      profiles: [{ theme: 'dark' }, 412, ['preferences'], { a: 1 }],
      person: ['Ada'],
      activity: { name: { en: 'Maths' } },
      about: ['1.0.3', '2.0.0'],
    })
  })

  it('TinCanJS stores, finds, and keeps documents, as 1.0.2', async () => {
    const one = await told<Told>(['node', here('xapi/tincanjs.mjs')])
    await expectFound(one)
    expect(one).toMatchObject({
      isOne: true,
      attachment: 'an essay, déjà',
      state: ['page 1', 'page 2', null],
      isLate: true,
      ids: ['bookmark'],
      profiles: [{ theme: 'dark' }, { a: 1 }],
      activity: { en: 'Maths' },
      about: ['1.0.3', '2.0.0'],
    })
  })

  it("ADL's xAPI wrapper stores, finds, and keeps documents, as 1.0.1", async () => {
    const one = await told<Told>(['node', here('xapi/adl-xapiwrapper.mjs')])
    await expectFound(one)
    expect(one).toMatchObject({
      isUsable: true,
      statuses: [200, 200, 204, 204, 412, 204, 204, 204, 412],
      documents: ['page 2', '["bookmark"]', '{"theme":"light"}', '["a","b"]'],
      person: ['Ada'],
      activity: { name: { 'en-US': 'Maths' } },
    })
  })

  it('tincan for Python stores, finds, and keeps documents', async () => {
    const one = await told<Told>([python, here('xapi/tincan_client.py')])
    await expectFound(one)
    expect(one).toMatchObject({
      isOne: true,
      state: ['page 1', 'page 2'],
      isLate: true,
      isRefused: true,
      ids: [['bookmark'], []],
      profiles: ['dark', 'another map'],
    })
  })

  it('@xapi/cmi5 runs a course from its launch to its end', async () => {
    const printed = await nonius(
      ...['xapi', 'launch', 'https://content.example/course', '--actor', 'ada@example.edu'],
      ...['--registration', crypto.randomUUID()],
    )
    const url = printed.match(/https:\/\/content\.example\S+/)![0]
    const { answered, ...course } = await told<{ answered: string[] }>(
      ['node', here('xapi/xapi-cmi5.mjs')],
      { XAPI_LAUNCH_URL: url },
    )
    expect(course).toEqual({
      launchMode: 'Normal',
      preferences: {},
      bookmark: { page: 7 },
      // Another registration, its launch data, the statements of others, its token once more.
      denied: [403, 403, 403, 401],
    } as never)
    expect(answered).toHaveLength(5)
    await expectHeld(answered, 'cmi5')
  })

  it('Open edX transforms tracking events and sends them, alone and once more in a batch', async () => {
    interface Sent {
      events: number
      held: string[]
      refused: string[]
      failures: string[]
    }
    const { events, held, refused, failures } = await told<Sent>([python, here('open_edx_xapi.py')])
    expect(events).toBeGreaterThanOrEqual(20)
    await expectHeld(held)
    // The transformer takes the id of a problem from the address of its page, and makes spaces of plus
    // signs: that is no IRI. Its sender is told, and nothing is lost.
    expect([held.length, refused.length]).toEqual([events - 1, 1])
    expect(failures).toEqual(['problem_check: EventNotDispatched '])
    const headers = { Authorization: 'Bearer nk_test_key_of_the_admin' }
    const quarantine = await fetch(new URL('/quarantine', server.url), { headers })
    expect(JSON.stringify(await quarantine.json())).toContain('invalid_iri')
  })
})
