import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folders'
import { nonius } from '../support/program'
import { type ServerProcess, startServerProcess } from '../support/server-process'

const folder = temporaryFolder()
const dataDir = join(folder.path, 'data')
let server: ServerProcess

beforeAll(async () => {
  server = await startServerProcess(dataDir)
})

afterAll(async () => {
  await server.stop()
  folder[Symbol.dispose]()
})

const tenants = (...args: string[]) => nonius(['tenants', ...args, '--data-dir', dataDir])

describe('nonius tenants, beside a running server', () => {
  it('shows a tenant that chose nothing', async () => {
    const { stdout, exitCode } = await tenants('get')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/default +Default +not set +\d{4}-\d\d-\d\d\n$/)
  })

  it('changes a setting, which the server follows', async () => {
    const set = await tenants('set', '--xapi', 'ingest')
    expect(set).toMatchObject({ exitCode: 0, stderr: '' })
    expect(set.stdout).toContain('ingest')
    expect(JSON.parse((await tenants('get', 'default', '--json')).stdout)).toMatchObject({
      tenantId: 'default',
      name: 'Default',
      xapi: 'ingest',
    })
    const headers = { authorization: 'Bearer nk_test_key_of_the_admin' }
    const reply = await fetch(`${server.url}/tenants/default`, { headers })
    expect(await reply.json()).toMatchObject({ id: 'default', xapi: 'ingest' })
  })

  for (const [what, args, sentence] of [
    ['an unknown tenant', ['get', 'nobody'], /There is no tenant nobody\./],
    [
      'an unknown tenant to change',
      ['set', 'nobody', '--xapi', 'lrs'],
      /There is no tenant nobody/,
    ],
    ['a mode that is none', ['set', '--xapi', 'on'], /Allowed choices are off, ingest, lrs/],
    ['nothing to change', ['set'], /required option '--xapi <mode>'/],
  ] as const) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const { stderr, stdout, exitCode } = await tenants(...args)
      expect(stderr).toMatch(sentence)
      expect(stdout).toBe('')
      expect(exitCode).toBe(1)
    })
  }
})
