import { describe, expect, it } from 'bun:test'
import type { ApiKey, Keys } from '../../platform/registry/keys'
import { hashKey } from './key'
import { rotateKey } from './rotate'

const at = new Date('2026-11-28T22:00:00.000Z')
const hour = 60 * 60 * 1000

const old: ApiKey = {
  ...{ keyId: 'key_old', tenantId: 'school', sourceId: 'moodle', name: 'Moodle' },
  scopes: ['events:write', 'quarantine:read'],
  sources: ['canvas'],
  ...{ hash: 'a'.repeat(64), hint: 'nk_abcd', createdAt: '2026-11-21T22:00:00.000Z' },
}

/** What was done to the registry, in its order. */
function registry({ isRetired = true } = {}) {
  const done: unknown[] = []
  const keys: Pick<Keys, 'add' | 'retire' | 'revoke'> = {
    async add(key) {
      done.push(['add', key])
    },
    async retire(...asked) {
      done.push(['retire', ...asked])
      return isRetired
    },
    async revoke(...asked) {
      done.push(['revoke', ...asked])
      return true
    },
  }
  return { keys, done }
}

describe('a key that is rotated', () => {
  it('is followed by one with the same grant, which is there before it ends', async () => {
    const { keys, done } = registry()
    const { key, record, oldEndsAt } = await rotateKey({ keys }, old, { at, overlapMs: 24 * hour })
    const { tenantId, sourceId, name, scopes, sources } = old
    expect(record).toEqual({
      ...{ tenantId, sourceId, name, scopes, sources },
      ...{ keyId: record.keyId, hash: hashKey(key), hint: key.slice(0, 7) },
      createdAt: at.toISOString(),
    })
    expect(record.keyId).not.toBe(old.keyId)
    expect(oldEndsAt).toBe('2026-11-29T22:00:00.000Z')
    const retirement = { expiresAt: oldEndsAt, replacedBy: record.keyId }
    expect(done).toEqual([
      ['add', record],
      ['retire', 'school', 'key_old', retirement],
    ])
  })

  const ends: [had: string | undefined, overlap: number, old: string, next: string | undefined][] =
    [
      [undefined, 0, at.toISOString(), undefined],
      // A week long: the next one lasts a week, too; the old one never longer than it would have.
      ['2026-11-28T22:30:00.000Z', hour, '2026-11-28T22:30:00.000Z', '2026-12-05T22:30:00.000Z'],
      ['2026-12-28T22:00:00.000Z', hour, '2026-11-28T23:00:00.000Z', '2027-01-04T22:00:00.000Z'],
      ['2026-11-22T22:00:00.000Z', hour, '2026-11-22T22:00:00.000Z', '2026-11-29T22:00:00.000Z'],
    ]
  for (const [had, overlapMs, oldEnd, end] of ends) {
    it(`with its end at ${had ?? 'no time'} and an overlap of ${overlapMs} ms`, async () => {
      const { keys } = registry()
      const expiring = had === undefined ? old : { ...old, expiresAt: had }
      const { record, oldEndsAt } = await rotateKey({ keys }, expiring, { at, overlapMs })
      expect([oldEndsAt, record.expiresAt]).toEqual([oldEnd, end])
    })
  }

  it('leaves no second key where somebody else was quicker', async () => {
    const { keys, done } = registry({ isRetired: false })
    const rotating = rotateKey({ keys }, old, { at, overlapMs: hour })
    await expect(rotating).rejects.toThrow('by somebody else meanwhile')
    const [[, added], , revoked] = done as [[string, ApiKey], unknown, unknown]
    expect(revoked).toEqual(['revoke', 'school', added.keyId, at.toISOString()])
  })

  const refused: [more: Partial<ApiKey>, sentence: string][] = [
    [{ revokedAt: '2026-11-22T00:00:00.000Z' }, 'was revoked at 2026-11-22'],
    [{ replacedBy: 'key_new' }, 'was rotated already: key_new stands in its place'],
    [{ hash: `client:${'a'.repeat(64)}` }, 'is a client of an identity provider'],
  ]
  for (const [more, sentence] of refused) {
    it(`is none that ${sentence}`, async () => {
      const { keys, done } = registry()
      const rotating = rotateKey({ keys }, { ...old, ...more }, { at, overlapMs: hour })
      await expect(rotating).rejects.toThrow(sentence)
      expect(done).toEqual([])
    })
  }
})
