import { Database } from 'bun:sqlite'
import { describe, expect, it } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError } from '../../src/error/storage-error'
import { openDatabase } from '../../src/platform/local/database'
import { createRegistry, registrySchema } from '../../src/platform/local/registry'
import type { Webhook } from '../../src/platform/registry/webhooks'
import { createSecretBox } from '../../src/platform/shared/secret-box'
import { hiddenOf } from '../contracts/registry/webhooks.contract'
import { registryContract } from '../contracts/registry.contract'
import { temporaryFolder } from '../support/folders'

const secretKey = new Uint8Array(32).fill(7)
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

const webhook: Webhook = {
  webhookId: 'whk_1',
  tenantId: 'school',
  name: 'dashboard',
  targetUrl: 'https://example.edu/hook',
  events: ['*'],
  filters: [],
  enabled: true,
  secret,
  createdAt: '2026-11-21T09:30:00.000Z',
  updatedAt: '2026-11-21T09:30:00.000Z',
}

function open(key = secretKey) {
  const folder = temporaryFolder()
  const file = join(folder.path, 'registry.db')
  const db = openDatabase(file, registrySchema)
  return {
    db,
    file,
    registry: createRegistry(db, { secretKey: key }),
    async [Symbol.asyncDispose]() {
      db.close()
      folder[Symbol.dispose]()
    },
  }
}

registryContract('SQLite', async () => open())

describe('The list of all webhooks', () => {
  it('is read once for many batches, and again when anybody has changed one', async () => {
    await using opened = open()
    const { registry } = opened
    const theirs = openDatabase(opened.file, registrySchema)
    const cli = createRegistry(theirs, { secretKey })
    const names = async () => (await registry.webhooks.listAll()).map(({ name }) => name)
    await registry.webhooks.put(webhook)
    const first = await registry.webhooks.listAll()
    // Whatever else is written to the file changes nothing here.
    await registry.tenants.put({ tenantId: 'school', name: 'School', createdAt: webhook.createdAt })
    expect(await registry.webhooks.listAll()).toBe(first)

    const changes: [(at: typeof registry) => Promise<unknown>, string[]][] = [
      [(at) => at.webhooks.put({ ...webhook, name: 'a' }), ['a']],
      [(at) => at.webhooks.replace(webhook, { ...webhook, name: 'b' }), ['b']],
      [(at) => at.webhooks.add({ ...webhook, webhookId: 'whk_2', name: 'c' }, 9), ['b', 'c']],
      [(at) => at.webhooks.delete('school', 'whk_2'), ['b']],
    ]
    for (const at of [registry, cli]) {
      for (const [change, expected] of changes) {
        await change(at)
        expect(await names()).toEqual(expected)
      }
    }
    theirs.close()
  })
})

describe('a webhook secret at rest', () => {
  it('is not to be found in the file', async () => {
    await using opened = open()
    const { webhooks } = opened.registry
    await webhooks.put({ ...webhook, ...hiddenOf('first') })
    const next = { ...webhook, updatedAt: '2026-11-22T00:00:00.000Z' }
    await webhooks.replace(webhook, { ...next, ...hiddenOf('second') })
    const files = [opened.file, `${opened.file}-wal`].filter(existsSync)
    const bytes = files.map((file) => readFileSync(file).toString('latin1')).join('')
    expect(bytes).toContain('dashboard')
    expect(bytes).not.toMatch(/(first|second)\+/)
  })

  it('that version 0.1.0 sealed for itself still opens', async () => {
    await using opened = open()
    const { db, registry } = opened
    await registry.webhooks.put({ ...webhook, ...hiddenOf('first') })
    const sealed = createSecretBox(secretKey).seal(secret, JSON.stringify(['school', 'whk_1']))
    db.run('UPDATE webhooks SET secret = ?', [sealed])
    expect(await registry.webhooks.get('school', 'whk_1')).toEqual(webhook)
  })

  it('is sealed differently each time', async () => {
    await using opened = open()
    const sealed = () => {
      const row = opened.db.query<{ secret: Uint8Array }, []>('SELECT secret FROM webhooks').get()
      return Buffer.from(row!.secret).toString('hex')
    }
    await opened.registry.webhooks.put(webhook)
    const first = sealed()
    await opened.registry.webhooks.put(webhook)
    expect(sealed()).not.toBe(first)
  })

  const harms: [name: string, harm: (db: Database) => void][] = [
    ['was altered', (db) => db.run("UPDATE webhooks SET secret = CAST(secret || x'00' AS BLOB)")],
    ['was cut short', (db) => db.run("UPDATE webhooks SET secret = x'0102'")],
    [
      "was copied to another webhook's row",
      (db) => db.run("UPDATE webhooks SET fields = json_set(fields, '$.webhookId', 'whk_2')"),
    ],
  ]
  for (const [name, harm] of harms) {
    it(`does not open when it ${name}`, async () => {
      await using opened = open()
      await opened.registry.webhooks.put(webhook)
      harm(opened.db)
      const failure = await opened.registry.webhooks
        .get('school', 'whk_1')
        .catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StorageError)
      expect(failure).toHaveProperty('isRetriable', false)
    })
  }

  it('does not open with the key of another data directory', async () => {
    await using opened = open()
    await opened.registry.webhooks.put(webhook)
    const stranger = createRegistry(opened.db, { secretKey: new Uint8Array(32) })
    await expect(stranger.webhooks.get('school', 'whk_1')).rejects.toBeInstanceOf(StorageError)
    expect(await stranger.webhooks.listAll()).toHaveLength(1)
  })
})

describe('a registry whose file cannot be written', () => {
  it('says so with a storage error that waiting may mend', async () => {
    await using opened = open()
    const readOnly = new Database(opened.file, { readonly: true })
    const registry = createRegistry(readOnly, { secretKey })
    const failure = await registry.webhooks.put(webhook).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', true)
    readOnly.close()
  })
})
