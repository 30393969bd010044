import { createPolicies } from '../../governance/policies'
import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import type { KeptDays } from '../../platform/settlement'

/** Reads the days of each class from the policy of a tenant, at most five seconds old. */
export function keptDaysOf(needs: {
  documents: Pick<DocumentStore, 'get' | 'put'>
  clock: Clock
}): KeptDays {
  const policies = createPolicies(needs)
  return async (tenantId) => (await policies.inForce(tenantId)).policy.retentionDays
}
