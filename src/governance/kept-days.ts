import { usualDays } from '../event/kept-days'
import type { KeptDays } from '../platform/settlement'
import type { Policies } from './policies'

/** Tells for how many days a tenant keeps each class: as its policy says, else as usual. */
export function keptDaysOf(policies: Pick<Policies, 'current'>): KeptDays {
  return async (tenantId) => (await policies.current(tenantId))?.policy.retentionDays ?? usualDays
}
