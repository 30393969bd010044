import type { AuditTrail } from '../audit/trail'
import type { Pseudonyms } from '../governance/pseudonyms/pseudonyms'
import type { Tombstones } from '../governance/tombstones/tombstones'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import type { Log } from '../telemetry/log'
import type { Erasures } from './erasures/erasures'
import type { Holders } from './erasures/places'
import { pseudonymsPlace } from './erasures/places/pseudonyms'

export interface PrivacyNeeds {
  clock: Clock
  log: Log
  tombstones: Tombstones
  /** Left out, nobody is known by a pseudonym. */
  pseudonyms?: (() => Promise<Pick<Pseudonyms, 'pseudonymsOf' | 'reveal' | 'forget'>>) | undefined
  audit?: Pick<AuditTrail, 'append'> | undefined
  otherPlaces?: Holders['otherPlaces']
}

/**
 * Makes the erasures of a process, whose code is loaded by the first who asks; or at once, where a process
 * lives on after its requests and carries on what an earlier one began.
 */
export function erasuresLater(platform: ServingPlatform, needs: PrivacyNeeds): Erasures {
  const holders = holdersOf(platform, needs)
  let made: Promise<Erasures> | undefined
  function load() {
    made ??= create()
    return made
  }

  async function create(): Promise<Erasures> {
    const [{ createErasures }, { remainsOnMachine, graceMs }] = await Promise.all([
      import('./erasures/erasures'),
      import('./erasures/remains'),
    ])
    const { documents, box } = platform
    return createErasures({
      ...needs,
      ...{ documents, box, holders, graceMs },
      personal: async () => (await import('../governance/personal/load')).loadPersonalData(),
      remains: remainsOnMachine,
      runs: holders !== undefined,
    })
  }
  if (holders !== undefined) void load()

  return {
    begin: async (...asked) => (await load()).begin(...asked),
    get: async (whose) => (await load()).get(whose),
    list: async (tenantId) => (await load()).list(tenantId),
    cancel: async (...asked) => (await load()).cancel(...asked),
    certificate: async (whose) => (await load()).certificate(whose),
    publicKey: async (tenantId) => (await load()).publicKey(tenantId),
    verify: async (...asked) => (await load()).verify(...asked),
    lift: async (...asked) => (await load()).lift(...asked),
    carryOn: async (maxMs) => (await load()).carryOn(maxMs),
    async [Symbol.asyncDispose]() {
      await (await made)?.[Symbol.asyncDispose]()
    },
  }
}

/** @returns undefined where this process may not search every copy: then another carries erasures out */
function holdersOf(
  platform: ServingPlatform,
  { pseudonyms, otherPlaces = [] }: PrivacyNeeds,
): Holders | undefined {
  const { archive, deliveries } = platform
  if (archive?.erase === undefined) return undefined
  const { erase } = deliveries
  if (erase === undefined) return undefined
  const tables = pseudonyms === undefined ? [] : [pseudonymsPlace(pseudonyms)]
  return { ...platform, archive, deliveries: { erase }, otherPlaces: [...tables, ...otherPlaces] }
}
