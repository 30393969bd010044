import { describe, expect, it } from 'bun:test'
import type { Principal } from '../identity/principal'
import type { Keyring } from './keys/keyring'
import { recheckWith } from './recheck'

const expiresAt = '2026-11-21T10:00:00.000Z'

/** A connection that was opened with a token of half an hour. */
function scene() {
  const time = { wall: Date.parse('2026-11-21T09:30:00.000Z'), steady: 0 }
  const clock = { now: () => new Date(time.wall), monotonic: () => time.steady }
  const isCurrent = recheckWith({ keyring: async () => undefined, clock })
  const principal: Principal = {
    tenantId: 't',
    sourceId: 's',
    keyId: 'client:s',
    scopes: [],
    expiresAt,
  }
  return { time, isCurrent: () => isCurrent(principal, 'events:write') }
}

describe('a connection that a token opened', () => {
  it('ends when the token does', async () => {
    const { time, isCurrent } = scene()
    expect(await isCurrent()).toBe(true)
    time.wall += 30 * 60_000 - 1
    expect(await isCurrent()).toBe(true)
    time.wall += 1
    expect(await isCurrent()).toBe(false)
  })

  it('does not last longer because the clock was set back', async () => {
    const { time, isCurrent } = scene()
    expect(await isCurrent()).toBe(true)
    time.wall -= 60 * 60_000
    time.steady += 30 * 60_000
    expect(await isCurrent()).toBe(false)
  })
})

describe('a connection that a key opened', () => {
  const hash = 'a'.repeat(64)
  const opened: Principal = {
    ...{ tenantId: 't', sourceId: 's', keyId: 'key_1', scopes: ['events:write'], hash },
  }
  const clock = { now: () => new Date('2026-11-21T09:30:00.000Z'), monotonic: () => 0 }
  const now: [what: string, found: Awaited<ReturnType<Keyring>>, isCurrent: boolean][] = [
    ['as it was', opened, true],
    ['with an end ahead', { ...opened, expiresAt }, true],
    ['expired since', { expiredAt: '2026-11-21T09:29:00.000Z' }, false],
    ['revoked since', 'revoked', false],
    ['gone', undefined, false],
    ['without the scope', { ...opened, scopes: ['events:read'] }, false],
  ]
  for (const [what, found, isCurrent] of now) {
    it(`${isCurrent ? 'goes on' : 'ends'} when the key is ${what}`, async () => {
      const recheck = recheckWith({ keyring: async () => found, clock })
      expect(await recheck(opened, 'events:write')).toBe(isCurrent)
    })
  }
})
