import { describe, expect, it } from 'bun:test'
import type { ApiKey } from '../../platform/registry/keys'
import { findKey } from './find-key'
import { hashKey, keyHint } from './key'

const aKey = (keyId: string, secret: string, more: Partial<ApiKey> = {}): ApiKey => ({
  ...{ keyId, tenantId: 'school', sourceId: 'moodle', name: `name of ${keyId}`, scopes: [] },
  ...{ hash: hashKey(secret), hint: keyHint(secret), createdAt: '2026-11-21T09:30:00.000Z' },
  ...more,
})

const secrets = ['nk_abcd', 'nk_abxy', 'nk_zzzz', 'nk_gone'].map((begin) => begin + 'x'.repeat(39))
const [first, second, third, gone] = [
  aKey('key_11aa', secrets[0]!),
  aKey('key_11bb', secrets[1]!),
  aKey('client_22ff', secrets[2]!),
  aKey('key_11cc', secrets[3]!, { revokedAt: '2026-11-22T00:00:00.000Z' }),
]
const keys = [first, second, third, gone]

const found: [named: string, key: ApiKey][] = [
  ['key_11aa', first],
  ['key_11a', first],
  ['11a', first],
  ['11b', second],
  ['client_22f', third],
  ['22f', third],
  ['nk_abc', first],
  ['nk_abcd…', first],
  ['nk_zzz', third],
  [secrets[1]!, second],
  // A key that was revoked is found by its whole id.
  ['key_11cc', gone],
]
const notFound = ['', '…', 'key_11c', '11c', 'nk_gone', 'key_9', 'KEY_11AA', 'key_11aaa', 'aa', '%']
notFound.push(`${secrets[0]}x`, secrets[0]!.slice(0, 20))

describe('a key is found by how its id begins', () => {
  for (const [named, key] of found) {
    it(`${named.slice(0, 10)} is ${key.keyId}`, () => expect(findKey(keys, named)).toBe(key))
  }

  for (const named of notFound) {
    it(`${JSON.stringify(named.slice(0, 10))} of ${named.length} characters is none`, () => {
      expect(() => findKey(keys, named)).toThrow(/^There is no key .* in use\.$/)
    })
  }

  for (const named of ['key_11', '11', 'nk_ab', 'nk_']) {
    it(`${named} is several, which are listed`, () => {
      expect(() => findKey(keys, named)).toThrow(
        /keys begin with .*: key_11aa \(name of key_11aa\), key_11bb/,
      )
    })
  }

  for (const named of ['2', 'client_', 'client_22', 'nk_z', 'nk_zz']) {
    it(`${named} is too little to name the one that begins so`, () => {
      expect(() => findKey(keys, named)).toThrow(/too short to name one key; client_22ff \(/)
    })
  }

  it('repeats nothing of a key, and does not list a whole tenant', () => {
    expect(() => findKey(keys, `${secrets[0]}x`)).toThrow('There is no key nk_abcd… in use.')
    const many = Array.from({ length: 30 }, (_, number) => aKey(`key_3${number}`, `${number}`))
    expect(() => findKey(many, 'key_3')).toThrow(/^30 keys begin .*and 20 more\.$/)
  })
})
