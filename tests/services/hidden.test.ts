import { describe, expect, it } from 'bun:test'
import type { Tenant } from '../../src/platform/registry/tenants'
import { createHidden } from '../../src/query/hidden'
import { createShownEvents } from '../../src/query/shown-events'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aRecord } from '../support/records'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute)).toISOString()
const now = new Date(at(30))

function start() {
  const tenants = new Map<string, Tenant>()
  const lag = { consumer: 'archive', records: 0, ageMs: 0 }
  const others = { consumer: 'webhooks', records: 7, ageMs: 3_600_000 }
  const registry = {
    get: async (tenantId: string) => tenants.get(tenantId),
    put: async (tenant: Tenant) => void tenants.set(tenant.tenantId, tenant),
    list: async () => [...tenants.values()],
  }
  const open = (findTenant = registry.get) => {
    const changes = { lags: () => [others, lag] }
    return createHidden({ tenants: registry, findTenant, changes, clock: clockAt(() => now) })
  }
  return { tenants, lag, open }
}

describe('what is hidden', () => {
  it('is nothing until somebody hides it, and never less than before', async () => {
    const { open, tenants } = start()
    const hidden = open()
    expect(await hidden.before('school')).toBeUndefined()
    const steps: [hide: string, before: string][] = [
      [at(10), at(10)],
      [at(5), at(10)],
      [at(20), at(20)],
    ]
    for (const [hide, before] of steps) {
      await hidden.hide('school', hide)
      expect(await hidden.before('school')).toBe(before)
    }
    expect(await hidden.before('college')).toBeUndefined()
    tenants.set('college', { tenantId: 'college', name: 'College', createdAt: at(0) })
    expect(await hidden.ofAll()).toEqual([{ tenantId: 'school', before: at(20) }])
  })

  it('is known at once where settings are remembered, and by another process from the registry', async () => {
    const { open, tenants } = start()
    tenants.set('school', { tenantId: 'school', name: 'School', createdAt: at(0), xapi: 'lrs' })
    const stale = open(async () => ({ tenantId: 'school', name: 'School', createdAt: at(0) }))
    await stale.hide('school', at(10))
    expect(await stale.before('school')).toBe(at(10))
    expect(await open().before('school')).toBe(at(10))
    expect(tenants.get('school')).toMatchObject({ name: 'School', xapi: 'lrs' })
  })

  it('is not what the archive has not had', async () => {
    const { open, lag } = start()
    const hidden = open()
    await hidden.hide('school', at(20))
    const archive: [records: number, ageMinutes: number, before: string][] = [
      [3, 25, at(5)],
      [3, 10, at(20)],
      [1, 0, at(20)],
      [0, 25, at(20)],
    ]
    for (const [records, age, before] of archive) {
      Object.assign(lag, { records, ageMs: age * 60_000 })
      expect(await hidden.before('school')).toBe(before)
      expect(await hidden.asked('school')).toBe(at(20))
    }
  })
})

describe('events that are shown', () => {
  it('are those of every read that arrived later, also in the order of arrival', async () => {
    using folder = temporaryFolder()
    await using store = openStore(folder.path, () => now)
    const { next } = await store.arrivals!('default', {}, { limit: 10 })
    const records = [10, 20].map((minute) =>
      aRecord({ receivedAt: at(minute), eventTime: at(25), expiresAt: at(59) }),
    )
    await store.append(records)
    const [early, late] = records.map(({ eventId }) => eventId) as [string, string]
    let before: string | undefined
    const shown = createShownEvents(store, { before: async () => before })

    async function seen() {
      const pages = [
        await shown.query('default', {}, { limit: 10 }),
        await shown.latest('default', { receivedFrom: at(5) }, { limit: 10 }),
        await shown.arrivals!('default', {}, { limit: 10, after: next }),
      ]
      const gotten = [await shown.get('default', early), await shown.get('default', late)]
      const lists = [...pages.map(({ items }) => items), gotten]
      return lists.map((some) => some.flatMap((record) => record?.eventId ?? []).toSorted())
    }

    const cases: [hidden: string | undefined, found: string[]][] = [
      [undefined, [early, late]],
      [at(10), [early, late]],
      [at(11), [late]],
      [at(30), []],
    ]
    for (const [hidden, found] of cases) {
      before = hidden
      expect(await seen()).toEqual([1, 2, 3, 4].map(() => found.toSorted()))
    }
  })
})
