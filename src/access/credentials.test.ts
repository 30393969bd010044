import { describe, expect, it } from 'bun:test'
import type { ApiKey } from '../platform/registry/keys'
import { authenticateWith } from './credentials'
import { hashKey } from './keys/key'
import { createKeyring } from './keys/keyring'

const key = 'nk_0123456789'

/** A registry of keys, a clock to turn, and how often the registry was asked. */
function scene() {
  const keys = new Map<string, ApiKey>()
  const state = { lookups: 0, now: Date.parse('2026-11-21T09:30:00.000Z') }
  function add(secret: string) {
    const createdAt = '2026-11-21T00:00:00.000Z'
    const hash = hashKey(secret)
    const record: ApiKey = {
      keyId: `key_${keys.size}`,
      tenantId: 'school',
      sourceId: 'moodle',
      name: 'first',
      scopes: ['events:write'],
      hash,
      hint: 'nk_',
      createdAt,
    }
    keys.set(hash, record)
    return record
  }
  const keyring = createKeyring({
    clock: { monotonic: () => state.now, now: () => new Date(state.now) },
    registry: {
      keys: {
        async findByHash(hash) {
          state.lookups += 1
          return keys.get(hash)
        },
      },
    },
  })
  return { add, authenticate: authenticateWith({ keyring }), state }
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

describe('authenticate', () => {
  const accepted = [
    ...[`Bearer ${key}`, `bearer ${key}`, `BEARER   ${key} `, key, ` ${key} `],
    ...[`Token ${key}`, `Token token="${key}", nonce=1`, `ApiKey ${key}`],
    ...[basic('anybody', key), basic('', key), basic('key_0', key), basic(key, '')],
  ]
  for (const header of accepted) {
    it(`recognises ${JSON.stringify(header.replace(key, 'KEY'))}`, async () => {
      const { add, authenticate } = scene()
      add(key)
      expect(await authenticate(header)).toEqual({
        tenantId: 'school',
        sourceId: 'moodle',
        keyId: 'key_0',
        scopes: ['events:write'],
        hash: hashKey(key),
      })
    })
  }

  const refused = ['', 'Bearer', 'Bearer ', `Bearer${key}`, `${key}x`, `x ${key}`, basic(key, 'x')]
  for (const header of refused) {
    it(`does not recognise ${JSON.stringify(header.replace(key, 'KEY'))}`, async () => {
      const { add, authenticate } = scene()
      add(key)
      expect(await authenticate(header)).toBeUndefined()
    })
  }

  it('asks the registry once in five seconds for a good key', async () => {
    const { add, authenticate, state } = scene()
    add(key)
    await authenticate(key)
    state.now += 4_999
    await authenticate(`Bearer ${key}`)
    expect(state.lookups).toBe(1)
    state.now += 1
    await authenticate(key)
    expect(state.lookups).toBe(2)
  })

  it('stops recognising a key within ten seconds of its revocation', async () => {
    const { add, authenticate, state } = scene()
    const record = add(key)
    expect(await authenticate(key)).toBeDefined()
    record.revokedAt = '2026-11-21T09:30:00.000Z'
    state.now += 10_000
    expect(await authenticate(key)).toBeUndefined()
  })

  it('tells whoever shows a key that it has expired, from that moment on, also if it is remembered', async () => {
    const { add, authenticate, state } = scene()
    add(key).expiresAt = new Date(state.now + 1000).toISOString()
    expect(await authenticate(key)).toMatchObject({ expiresAt: '2026-11-21T09:30:01.000Z' })
    state.now += 999
    expect(await authenticate(key)).toBeDefined()
    for (const later of [1, 60_000]) {
      state.now += later
      const refusal = await authenticate(key).catch((error: unknown) => error)
      expect(refusal).toMatchObject({
        code: 'unauthenticated',
        message: 'This key expired at 2026-11-21T09:30:01.000Z.',
      })
    }
    expect(await authenticate(`${key}x`)).toBeUndefined()
  })

  it('recognises a key from the moment it is made', async () => {
    const { add, authenticate } = scene()
    expect(await authenticate(key)).toBeUndefined()
    add(key)
    expect(await authenticate(key)).toBeDefined()
  })

  it('remembers the newest thousand keys', async () => {
    const { add, authenticate, state } = scene()
    const keys = Array.from({ length: 1_001 }, (_, number) => `nk_${number}`)
    for (const one of keys) add(one)
    for (const one of keys) await authenticate(one)
    expect(state.lookups).toBe(1_001)
    await authenticate('nk_1000')
    expect(state.lookups).toBe(1_001)
    await authenticate('nk_0')
    expect(state.lookups).toBe(1_002)
  })
})
