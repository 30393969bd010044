import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import type { GovernanceServices } from './assemble'
import type { Sent } from './governance'
import type { Environment } from './policy/policy'
import { ANONYMOUS, mayHaveSign } from './signs'
import { STATE_KEY } from './state-key'

interface Needs {
  clock: Clock
  environment?: Environment | undefined
}

// The same as for keys and tenants: a policy takes effect within five seconds everywhere.
const CACHE_MS = 5_000
// Tenants that send at one time; beyond it all are looked up again.
const CACHE_TENANTS = 10_000

/**
 * Makes the governance of a process. Its code is loaded with the first tenant that has anything of it, or
 * that sends what every tenant's policy is asked about: most have nothing, and pay a look at that.
 */
export function governanceLater(
  platform: Pick<ServingPlatform, 'documents' | 'box'>,
  needs: Needs,
): GovernanceServices {
  /** Tenants without any state of governance, each until then. */
  const without = new Map<string, number>()
  let changes = 0
  let loading: Promise<GovernanceServices> | undefined
  let made: GovernanceServices | undefined

  function load(): Promise<GovernanceServices> {
    loading ??= import('./assemble').then(({ assembleGovernance }) => {
      made = assembleGovernance(platform, needs)
      return made
    })
    return loading
  }

  /** @throws {StorageError} */
  async function hasNothing(tenantId: string): Promise<boolean> {
    const now = needs.clock.monotonic()
    if (now < (without.get(tenantId) ?? 0)) return true
    const before = changes
    if ((await platform.documents.get(tenantId, STATE_KEY)) !== undefined) return false
    if (without.size >= CACHE_TENANTS) without.clear()
    // Somebody here may have changed it meanwhile.
    if (changes === before) without.set(tenantId, now + CACHE_MS)
    return true
  }

  function forget(tenantId: unknown) {
    changes += 1
    without.delete(String(tenantId))
  }

  /** Stands for a part of which every method is asked of a tenant, and may change its state. */
  function part<Name extends 'policies' | 'consents' | 'under13' | 'tombstones'>(
    name: Name,
  ): GovernanceServices[Name] {
    type Methods = Record<string, (...asked: unknown[]) => unknown>
    const methodOf =
      (method: string) =>
      async (...asked: unknown[]) => {
        const methods = (await load())[name] as unknown as Methods
        try {
          return await methods[method]!(...asked)
        } finally {
          forget(asked[0])
        }
      }
    // It is no promise, whoever waits for what holds it.
    const get = (_: object, method: string | symbol) =>
      typeof method === 'symbol' || method === 'then' ? undefined : methodOf(method)
    return new Proxy({}, { get }) as GovernanceServices[Name]
  }

  const policies = part('policies')
  return {
    policies: new Proxy(policies, {
      get: (target, method, self) =>
        method === 'changed' ? changed : Reflect.get(target, method, self),
    }),
    blocklist: {
      async sender(facts) {
        if (await hasNothing(facts.tenantId)) return undefined
        return (await load()).blocklist.sender(facts)
      },
      async hasRule(tenantId, name) {
        if (await hasNothing(tenantId)) return false
        return (await load()).blocklist.hasRule(tenantId, name)
      },
      async verdict(facts) {
        if (await hasNothing(facts.tenantId)) return undefined
        return (await load()).blocklist.verdict(facts)
      },
    },
    consents: part('consents'),
    under13: part('under13'),
    tombstones: part('tombstones'),
    pseudonyms: async () => (await load()).pseudonyms(),
    governance: {
      async over(sending, standard, sent) {
        if ((await hasNothing(sending.tenantId)) && !sent.some(concerns)) return undefined
        return (await load()).governance.over(sending, standard, sent)
      },
      async forbids(tenantId, personId) {
        if (await hasNothing(tenantId)) return undefined
        return (await load()).governance.forbids(tenantId, personId)
      },
      factsOf: async (...asked) => (await load()).governance.factsOf(...asked),
      async isSamePerson(tenantId, sent, kept) {
        if (sent === kept || kept === ANONYMOUS) return true
        return (await load()).governance.isSamePerson(tenantId, sent, kept)
      },
    },
  }

  function changed(tenantId: string) {
    forget(tenantId)
    made?.policies.changed(tenantId)
  }
}

/** Tells what every tenant's policy is asked about, until it says otherwise. */
function concerns({ raw, privacyLevel }: Sent): boolean {
  return privacyLevel === 'pii' || mayHaveSign(raw)
}
