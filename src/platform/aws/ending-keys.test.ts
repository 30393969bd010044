import { expect, it } from 'bun:test'
import type { Keys } from '../registry/keys'
import { endingConnections } from './ending-keys'

/** Keys of which every change succeeds, or none; and what was done with their connections. */
function scene({
  isThere = true,
  end = async () => {},
}: {
  isThere?: boolean
  end?: () => Promise<void>
}) {
  const ended: string[] = []
  const failures: string[] = []
  const held = { revoke: async () => isThere, retire: async () => isThere } as unknown as Keys
  const keys = endingConnections(held, {
    async opened() {
      return async (tenantId, keyId) => {
        ended.push(`${tenantId} ${keyId}`)
        await end()
      }
    },
    clock: { now: () => new Date('2026-11-29T12:00:00Z') },
    failed: (reason) => void failures.push(reason),
  })
  return { keys, ended, failures }
}

const until = (expiresAt: string) => ({ expiresAt, replacedBy: 'key_2' })

it('ends the connections of a key that is revoked, or retired at once', async () => {
  const { keys, ended } = scene({})
  expect(await keys.revoke('school', 'key_1', '2026-11-29T12:00:00.000Z')).toBe(true)
  expect(await keys.retire('school', 'key_3', until('2026-11-29T12:00:00.000Z'))).toBe(true)
  expect(ended).toEqual(['school key_1', 'school key_3'])
})

it('leaves those of a key that goes on, or was none', async () => {
  const later = scene({})
  expect(await later.keys.retire('school', 'key_1', until('2026-11-29T12:00:01.000Z'))).toBe(true)
  const none = scene({ isThere: false })
  expect(await none.keys.revoke('school', 'key_1', '2026-11-29T12:00:00.000Z')).toBe(false)
  expect(await none.keys.retire('school', 'key_1', until('2026-11-29T12:00:00.000Z'))).toBe(false)
  expect([...later.ended, ...none.ended]).toEqual([])
})

it('ends the key also where its connections cannot be told, and says so', async () => {
  const { keys, failures } = scene({ end: () => Promise.reject(new Error('away')) })
  expect(await keys.revoke('school', 'key_1', '2026-11-29T12:00:00.000Z')).toBe(true)
  expect(failures).toEqual(['away'])
})
