import { describe, expect, it } from 'bun:test'
import type { Registry } from '../../../src/platform/registry'
import { xapiModes } from '../../../src/platform/registry/tenants'

type Opened = { registry: Pick<Registry, 'tenants'> } & AsyncDisposable

const at = '2026-11-21T09:30:00.000Z'

export function tenantsContract(name: string, create: () => Promise<Opened>) {
  describe(`${name} keeps the promises of tenants`, () => {
    it('gives back the tenant it was given, and the newer of two under one id', async () => {
      await using opened = await create()
      const { tenants } = opened.registry
      await tenants.put({ tenantId: 'school', name: 'School', createdAt: at })
      await tenants.put({ tenantId: 'school', name: 'A School', createdAt: at })

      const tenant = { tenantId: 'school', name: 'A School', createdAt: at }
      expect(await tenants.get('school')).toEqual(tenant)
      expect(await tenants.get('other')).toBeUndefined()
    })

    it('keeps the settings of a tenant, and forgets those that are left out', async () => {
      await using opened = await create()
      const { tenants } = opened.registry
      const tenant = { tenantId: 'school', name: 'School', createdAt: at }
      for (const xapi of xapiModes) {
        await tenants.put({ ...tenant, xapi })
        expect(await tenants.get('school')).toEqual({ ...tenant, xapi })
      }
      await tenants.put(tenant)
      expect(await tenants.get('school')).toEqual(tenant)
    })

    it('adds a tenant once, and lists all of them as they are, oldest first', async () => {
      await using opened = await create()
      const { tenants } = opened.registry
      expect(await tenants.list()).toEqual([])
      const school = { tenantId: 'school', name: 'School', createdAt: at }
      const older = { tenantId: 'a', name: 'Older', createdAt: '2026-11-20T00:00:00.000Z' }
      const twice = await Promise.all(
        ['School', 'Other'].map((name) => tenants.add({ ...school, name })),
      )
      expect(twice.toSorted()).toEqual([false, true])
      await tenants.put(older)
      await tenants.put({ ...school, xapi: 'off' })
      expect(await tenants.add(school)).toBe(false)
      expect(await tenants.get('school')).toEqual({ ...school, xapi: 'off' })
      expect(await tenants.list()).toEqual([older, { ...school, xapi: 'off' }])
    })
  })
}
