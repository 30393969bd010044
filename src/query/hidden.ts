import { later } from '../platform/arrivals'
import type { ChangeFeed } from '../platform/change-feed'
import type { Clock } from '../platform/clock'
import type { Tenant, Tenants } from '../platform/registry/tenants'

/** Events that arrived before some time may be hidden from those who read a tenant's. */
export interface Hidden {
  /**
   * Tells what is hidden by now: what arrived before then, ISO 8601 UTC. What the archive has not had
   * yet is still shown.
   */
  before(tenantId: string): Promise<string | undefined>
  /** Tells the same of all tenants that have anything hidden, for whoever reads across them. */
  ofAll(): Promise<{ tenantId: string; before: string }[]>
  /** Hides what arrived before a time; what is hidden stays so. It takes effect here at once. */
  hide(tenantId: string, time: string): Promise<void>
  /** Tells what was asked to be hidden, also where the archive has not had it. */
  asked(tenantId: string): Promise<string | undefined>
}

interface Needs {
  tenants: Pick<Tenants, 'get' | 'put' | 'list'>
  /** Finds the settings of a tenant, which may be some seconds old. */
  findTenant(tenantId: string): Promise<Tenant | undefined>
  /** Without it, the archive is taken to have had everything: on AWS the stream brings it. */
  changes?: Pick<ChangeFeed, 'lags'> | undefined
  clock: Pick<Clock, 'now'>
}

export function createHidden({ tenants, findTenant, changes, clock }: Needs): Hidden {
  /** Holds what was hidden by this process, which settings that are remembered do not say yet. */
  const own = new Map<string, string>()

  async function asked(tenantId: string) {
    const { hiddenBefore } = (await findTenant(tenantId)) ?? {}
    return later(hiddenBefore, own.get(tenantId))
  }

  async function before(tenantId: string): Promise<string | undefined> {
    const time = await asked(tenantId)
    if (time === undefined) return undefined
    const archive = changes?.lags().find(({ consumer }) => consumer === 'archive')
    if (archive === undefined || archive.records === 0) return time
    const passed = new Date(clock.now().getTime() - archive.ageMs).toISOString()
    return [passed, time].toSorted()[0]
  }

  return {
    asked,
    before,

    async ofAll() {
      const ids = (await tenants.list()).map(({ tenantId }) => tenantId)
      const times = await Promise.all(ids.map(before))
      return ids.flatMap((tenantId, at) => {
        const time = times[at]
        return time === undefined ? [] : [{ tenantId, before: time }]
      })
    },

    async hide(tenantId, time) {
      const now = clock.now().toISOString()
      const tenant = (await tenants.get(tenantId)) ?? { tenantId, name: tenantId, createdAt: now }
      const hiddenBefore = later<string | undefined>(tenant.hiddenBefore, time)!
      if (hiddenBefore !== tenant.hiddenBefore) await tenants.put({ ...tenant, hiddenBefore })
      own.set(tenantId, hiddenBefore)
    },
  }
}
