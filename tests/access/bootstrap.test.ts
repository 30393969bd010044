import { describe, expect, it } from 'bun:test'
import { join } from 'node:path'
import { bootstrap } from '../../src/access/keys/bootstrap'
import { hashKey, usualScopes } from '../../src/access/keys/key'
import { AppError } from '../../src/error/app-error'
import { scopes } from '../../src/identity/scope'
import { openDatabase } from '../../src/platform/local/database'
import { createRegistry, registrySchema } from '../../src/platform/local/registry'
import type { ApiKey } from '../../src/platform/registry/keys'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'

const clock = clockAt(() => new Date('2026-11-21T09:30:00.000Z'))
const chosen = { demoKey: 'a-demo-key-of-ours', adminKey: 'an-admin-key-of-ours' }

function open() {
  const folder = temporaryFolder()
  const db = openDatabase(join(folder.path, 'registry.db'), registrySchema)
  return {
    ...createRegistry(db, { secretKey: new Uint8Array(32) }),
    [Symbol.dispose]() {
      db.close()
      folder[Symbol.dispose]()
    },
  }
}

describe('bootstrap', () => {
  it('gives a fresh registry tenant default, source demo, and two keys kept by their hashes', async () => {
    using registry = open()
    const keys = await bootstrap(registry, { clock })

    const createdAt = '2026-11-21T09:30:00.000Z'
    const tenantId = 'default'
    expect(await registry.tenants.get('default')).toMatchObject({ tenantId, createdAt })
    expect(await registry.sources.get('default', 'demo')).toMatchObject({ tenantId, createdAt })
    expect(await registry.keys.findByHash(hashKey(keys!.demoKey))).toMatchObject({
      tenantId,
      sourceId: 'demo',
      scopes: [...usualScopes],
    })
    const admin = await registry.keys.findByHash(hashKey(keys!.adminKey))
    expect(admin).toMatchObject({ tenantId, scopes: [...scopes] })
    expect(JSON.stringify(await registry.keys.list('default'))).not.toContain(keys!.demoKey)
  })

  it('says nothing on the second start and keeps the keys', async () => {
    using registry = open()
    await bootstrap(registry, { clock })
    const before = await registry.keys.list('default')
    expect(await bootstrap(registry, { clock, ...chosen })).toBeUndefined()
    expect(await registry.keys.list('default')).toEqual(before)
  })

  it('does not bring back a demo key that was revoked', async () => {
    using registry = open()
    await bootstrap(registry, { clock, ...chosen })
    const demo = await registry.keys.findByHash(hashKey(chosen.demoKey))
    await registry.keys.revoke('default', demo!.keyId, '2026-11-22T00:00:00.000Z')
    expect(await bootstrap(registry, { clock, ...chosen })).toBeUndefined()
  })

  it('takes the keys that were chosen', async () => {
    using registry = open()
    expect(await bootstrap(registry, { clock, ...chosen })).toEqual(chosen)
    expect(await registry.keys.findByHash(hashKey(chosen.demoKey))).toBeDefined()
  })

  it('refuses one key for both', async () => {
    using registry = open()
    const same = { demoKey: chosen.demoKey, adminKey: chosen.demoKey }
    const refusal = await bootstrap(registry, { clock, ...same }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(AppError)
    expect(await registry.keys.list('default')).toEqual([])
  })

  it('finishes a first start that was cut short', async () => {
    using registry = open()
    const failing = {
      ...registry,
      keys: {
        ...registry.keys,
        async add(key: ApiKey) {
          if (key.name === 'demo') throw new Error('the power went')
          await registry.keys.add(key)
        },
      },
    }
    await expect(bootstrap(failing, { clock, ...chosen })).rejects.toThrow('the power went')
    expect(await bootstrap(registry, { clock, ...chosen })).toEqual(chosen)
    const names = (await registry.keys.list('default')).map((key) => key.name)
    expect(names).toEqual(['admin', 'demo'])
  })
})
