import type { InForce } from '../policies'
import type { BlockFacts, Blocklist } from './blocklist'
import type { SenderFacts, SenderVerdicts } from './compile'

/** A blocklist that is asked by the facts of a sender, and then by those of each event. */
export interface Blocklists extends Blocklist {
  /** @returns undefined where the tenant blocks nobody. @throws {StorageError} */
  sender(facts: SenderFacts): Promise<SenderVerdicts | undefined>
  /** Tells whether a rule of this name still blocks somebody; any rule, where none is named. @throws {StorageError} */
  hasRule(tenantId: string, name: string | undefined): Promise<boolean>
}

/** Asks the policy in force, which is at most five seconds old. */
export function createBlocklist({
  inForce,
}: {
  inForce(tenantId: string): Promise<InForce>
}): Blocklists {
  async function sender(facts: SenderFacts): Promise<SenderVerdicts | undefined> {
    const { compiled } = await inForce(facts.tenantId)
    return compiled.blocklist?.sender(facts)
  }

  return {
    sender,

    async hasRule(tenantId, name) {
      const { policy } = await inForce(tenantId)
      const { blocklist = [] } = policy
      const rules = name === undefined ? blocklist : blocklist.filter((one) => one.name === name)
      return rules.some(({ action }) => action !== undefined && action !== 'TRANSMIT')
    },

    async verdict({ source, domain, ...facts }: BlockFacts) {
      return (await sender(facts))?.of({ source, domain })
    },
  }
}
