import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import { type Blocklists, createBlocklist } from './blocklist/create'
import type { Consents } from './consents/consents'
import { createConsents } from './consents/create'
import { createUnder13List, type Under13List } from './consents/under13'
import { createGovernance, type Governance } from './governance'
import { createPolicies, type Policies } from './policies'
import type { Environment } from './policy/policy'
import type { Pseudonyms } from './pseudonyms/pseudonyms'
import { createTombstones, type Tombstones } from './tombstones/tombstones'

/** Everything that a process keeps of governance; there is one of each. */
export interface GovernanceServices {
  governance: Governance
  policies: Policies
  /** Tells who may not send now. */
  blocklist: Blocklists
  /** Know what people decided, and who is listed as under 13. */
  consents: Consents
  under13: Under13List
  /** Knows erased people again. */
  tombstones: Tombstones
  /** Loaded by the first who asks. @throws {StorageError} */
  pseudonyms(): Promise<Pseudonyms>
}

interface Needs {
  clock: Clock
  environment?: Environment | undefined
}

/** Assembles governance over the documents of a platform. */
export function assembleGovernance(
  { documents, box }: Pick<ServingPlatform, 'documents' | 'box'>,
  { clock, environment }: Needs,
): GovernanceServices {
  const policies = createPolicies({ documents, clock, environment })
  const consents = createConsents({ documents })
  const under13 = createUnder13List({
    documents,
    setHasUnder13: (tenantId) => policies.flag(tenantId, { hasUnder13: true }),
  })
  const tombstones = createTombstones({
    ...{ documents, box, clock },
    setHasTombstones: (tenantId, hasTombstones) => policies.flag(tenantId, { hasTombstones }),
  })
  const pseudonyms = once(async () => {
    const { createPseudonyms } = await import('./pseudonyms/create')
    return createPseudonyms({ documents, box: await box(), clock })
  })
  const governance = createGovernance({
    inForce: (tenantId) => policies.inForce(tenantId),
    consents,
    erased: async (tenantId, ids) => tombstones.of(tenantId, ids),
    personal: once(async () => (await import('./personal/load')).loadPersonalData()),
    pseudonyms: async (tenantId) => (await pseudonyms()).forTenant(tenantId),
    personBehind: async (tenantId, pseudonym) => (await pseudonyms()).reveal(tenantId, pseudonym),
  })
  const blocklist = createBlocklist(policies)
  return { governance, policies, blocklist, consents, under13, tombstones, pseudonyms }
}

/** Makes something at the first call; after a failure, at the next. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined
  return () => {
    made ??= make().catch((thrown) => {
      made = undefined
      throw thrown
    })
    return made
  }
}
