import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Receipt } from '../../src/event/receipt'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const patchFile = join(folder.path, 'patch.json')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(join(folder.path, 'data'))
  await writeFile(patchFile, JSON.stringify([{ op: 'add', path: '/type', value: 'ViewEvent' }]))
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

function quarantine(...args: string[]) {
  const env = { NONIUS_URL: server.url, NONIUS_KEY: 'nk_test_key_of_the_admin' }
  return nonius(['quarantine', ...args], { env })
}

/** @returns the ids of what went to quarantine */
async function send(...data: unknown[]): Promise<string[]> {
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const body = JSON.stringify(anEnvelope(data))
  const url = `${server.url}/caliper/v1p2/events`
  const reply = await fetch(url, { method: 'POST', headers, body })
  const { quarantined } = (await reply.json()) as Receipt
  return quarantined.map(({ quarantineId }) => quarantineId)
}

const untyped = () => ({ ...anEvent(), type: undefined })

describe('nonius quarantine', () => {
  it('lists what is there, in a table and as JSON, by filter, and how full it is', async () => {
    const ids = await send(untyped(), untyped(), 7)
    const { stdout, exitCode } = await quarantine('list')
    expect(exitCode).toBe(0)
    for (const id of ids) expect(stdout).toContain(id)
    expect(stdout).toContain('/type: Required')
    expect(stdout).toMatch(/demo has \d+ of 100000 items, \d+ of 268435456 bytes/)

    const filters = ['--code', 'not_an_object', '--source', 'demo', '--scope', 'item']
    const found = JSON.parse((await quarantine('list', ...filters, '--json')).stdout)
    expect(found.items).toMatchObject([{ quarantineId: ids[2] }])
    expect(found.usage).toMatchObject([{ sourceId: 'demo', nearlyFull: false }])
    const limited = await quarantine('list', '--limit', '1')
    expect(limited.stderr).toContain('There are more')
  }, 60_000)

  it('shows one as it was received, and nothing in it steers the terminal', async () => {
    const [id = ''] = await send({ name: '\u001b[31m red', context: 'urn:x' })
    const { stdout } = await quarantine('show', id)
    expect(stdout).toStartWith(`${id}: caliper item of source demo\n`)
    expect(stdout).toContain('- /type: Required (required)')
    expect(stdout).toContain('"context":"urn:x"')
    expect(stdout).not.toContain('\u001b')
    expect(JSON.parse((await quarantine('show', id, '--json')).stdout)).toMatchObject({
      quarantineId: id,
      raw: '{"name":"\\u001b[31m red","context":"urn:x"}',
    })
    expect((await quarantine('delete', id)).stderr).toBe(`Deleted ${id}.\n`)
    const gone = await quarantine('show', id)
    expect(gone.exitCode).toBe(1)
    expect(gone.stderr).toMatch(/404 .*under this id/)
  }, 60_000)

  it('gives up by filter, once it was counted and somebody said yes', async () => {
    await send(untyped(), 7, 8)
    const only = ['--code', 'not_an_object', '--source', 'demo']
    const counted = await quarantine('delete', ...only, '--dry-run')
    expect(counted).toMatchObject({ stdout: '2 items would be deleted.\n', exitCode: 0 })
    const asked = await quarantine('delete', ...only)
    expect(asked.stderr).toContain(
      '2 items will be deleted, and cannot be brought back: delete them?',
    )
    expect(asked.exitCode).toBe(1)
    const gone = await quarantine('delete', ...only, '--yes')
    expect(gone).toMatchObject({ stdout: 'Deleted 2 items.\n', exitCode: 0 })
    const none = await quarantine('delete', ...only, '--yes', '--json')
    expect(JSON.parse(none.stdout)).toEqual({ deleted: 0 })
    const all = await quarantine('delete', '--all', '--yes')
    expect(all.stdout).toMatch(/^Deleted [1-9]\d* items?\.$/m)
    expect((await quarantine('delete')).stderr).toContain('Name items, or pass filters, or --all')
    expect((await quarantine('delete', 'x', '--all')).stderr).toContain('not both')
  }, 30_000)

  it('repairs and replays one, after a dry run, and exits with 1 while it is refused', async () => {
    const [id = ''] = await send(untyped())
    const refused = await quarantine('replay', id)
    expect(refused.exitCode).toBe(1)
    expect(refused.stdout).toContain('0 of 1 left the quarantine')

    const rehearsal = await quarantine('replay', id, '--patch', patchFile, '--dry-run')
    expect(rehearsal.stdout).toContain('1 of 1 would leave the quarantine')
    expect((await quarantine('show', id)).stdout).toContain('last replayed')

    const { stdout, exitCode } = await quarantine('replay', id, '--patch', patchFile, '--json')
    expect(JSON.parse(stdout)).toMatchObject([{ outcome: 'stored', eventCount: 1 }])
    expect(exitCode).toBe(0)
  }, 60_000)

  it('replays everything that filters find, in as many steps as it takes', async () => {
    const sixty = () => Array.from({ length: 60 }, () => untyped())
    const ids = [...(await send(...sixty())), ...(await send(...sixty()))]
    await send(7)
    const args = ['replay', '--all', '--code', 'required', '--patch', patchFile]
    const { stdout, exitCode } = await quarantine(...args)
    expect(stdout).toMatch(/(\d+) of \1 left the quarantine/)
    for (const id of ids) expect(stdout).toContain(id)
    expect(exitCode).toBe(0)
    const left = JSON.parse((await quarantine('list', '--json')).stdout)
    expect(left.items).toHaveLength(1)
    expect(left.items[0].errors).toMatchObject([{ code: 'not_an_object' }])
  }, 60_000)

  for (const [what, args, sentence] of [
    ['neither ids nor --all', ['replay'], /Name items, or pass --all/],
    ['both ids and --all', ['replay', 'x', '--all'], /not both/],
    ['filters without --all', ['replay', 'x', '--code', 'y'], /Filters go with --all/],
    ['a patch that is no array', ['replay', 'x', '--patch', 'package.json'], /not a JSON Patch/],
    ['a wrong key', ['list', '--key', 'wrong'], /401 /],
    ['no key', ['list', '--key', ''], /A key is needed/],
    ['a wrong filter', ['list', '--scope', 'all'], /400 .*scope/],
    ['a server that is away', ['list', '--url', 'http://127.0.0.1:1'], /cannot be reached/],
    ['an id that is not there', ['delete', '../webhooks'], /404 /],
  ] as const) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const { stderr, exitCode } = await quarantine(...args)
      expect(stderr).toMatch(sentence)
      expect(stderr).not.toContain('    at ')
      expect(exitCode).toBe(1)
    })
  }
})
