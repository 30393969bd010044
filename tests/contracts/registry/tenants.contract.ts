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
  })
}
