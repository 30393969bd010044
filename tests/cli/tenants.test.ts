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

  it('says where alone webhooks may go', async () => {
    const hosts = ['hooks.example.edu', '*.lti.example.edu']
    expect(await tenants('set', '--webhook-hosts', hosts.join(', '))).toMatchObject({ exitCode: 0 })
    const get = async () => JSON.parse((await tenants('get', '--json')).stdout)
    expect(await get()).toMatchObject({ xapi: 'ingest', webhookHosts: hosts })
    await tenants('set', '--webhook-hosts', 'any')
    expect(await get()).not.toHaveProperty('webhookHosts')
  })

  it('makes a tenant whose admin key works at once, for what is its own', async () => {
    const made = await tenants('create', 'Universität Ulm, Süd')
    expect(made).toMatchObject({ exitCode: 0 })
    expect(made.stdout).toMatch(/^nk_\S{40,}\n$/)
    expect(made.stderr).toStartWith('Tenant universitat-ulm-sud (Universität Ulm, Süd)')
    const headers = { authorization: `Bearer ${made.stdout.trim()}` }
    const ask = async (path: string) => (await fetch(server.url + path, { headers })).json()
    expect(await ask('/sources')).toMatchObject({ sources: [{ id: 'main' }] })
    expect(await ask('/keys')).toMatchObject({ keys: [{ name: 'admin', sourceId: 'main' }] })
    expect(await ask('/tenants')).toMatchObject({ code: 'forbidden' })

    const listed = JSON.parse((await tenants('list', '--json')).stdout)
    expect(listed.map(({ tenantId }: { tenantId: string }) => tenantId)).toEqual([
      'default',
      'universitat-ulm-sud',
    ])
    const keys = await nonius([
      ...['keys', 'create', '--tenant', 'universitat-ulm-sud', '--name', 'moodle'],
      ...['--source', 'moodle', '--data-dir', dataDir],
    ])
    expect(keys).toMatchObject({ exitCode: 0 })
    expect(await ask('/sources')).toMatchObject({ sources: [{ id: 'main' }, { id: 'moodle' }] })
  })

  for (const [what, args, sentence] of [
    ['a name that is taken', ['create', 'Default'], /There is a tenant default already/],
    ['a name without letters', ['create', '大学'], /makes no id; name one of 1 to 63/],
    ['an empty name', ['create', ' '], /It must have 1 to 200 characters/],
    ['an id that is none', ['create', 'X', '--id', 'X/Y'], /It must be 1 to 63 letters a to z/],
    ['an unknown tenant', ['get', 'nobody'], /There is no tenant nobody\./],
    [
      'an unknown tenant to change',
      ['set', 'nobody', '--xapi', 'lrs'],
      /There is no tenant nobody/,
    ],
    ['a mode that is none', ['set', '--xapi', 'on'], /Allowed choices are off, ingest, lrs/],
    ['nothing to change', ['set'], /say what to change: --xapi or --webhook-hosts/],
    ['a host that is none', ['set', '--webhook-hosts', 'a.edu,*'], /\*: Must be a host as/],
  ] as const) {
    it(`says in a sentence that it was given ${what}`, async () => {
      const { stderr, stdout, exitCode } = await tenants(...args)
      expect(stderr).toMatch(sentence)
      expect(stdout).toBe('')
      expect(exitCode).toBe(1)
    })
  }
})
