import type { AuditTrail } from '../audit/trail'
import type { Exports } from '../exports/exports'
import type { Pseudonyms } from '../governance/pseudonyms/pseudonyms'
import type { Tombstones } from '../governance/tombstones/tombstones'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import { methodsLater } from '../syntax/methods-later'
import type { Log } from '../telemetry/log'
import type { Access } from './access/access'
import type { Erasures } from './erasures/erasures'
import type { Holders } from './erasures/places'

export interface PrivacyNeeds {
  clock: Clock
  log: Log
  tombstones: Tombstones
  /** Left out, nobody is known by a pseudonym. */
  pseudonyms?: (() => Promise<Pick<Pseudonyms, 'pseudonymsOf' | 'reveal' | 'forget'>>) | undefined
  audit?: Pick<AuditTrail, 'append'> | undefined
  /** Left out, nothing was gathered for people who asked. */
  access?: Pick<Access, 'erase'> | undefined
  /** Left out, nothing was exported. */
  exports?: Pick<Exports, 'erase'> | undefined
  /** Left out, no process has states in memory. */
  settleStates?: ((tenantId: string) => Promise<void>) | undefined
}

/**
 * Makes the erasures of a process, whose code is loaded by the first who asks; or at once, where a process
 * lives on after its requests and carries on what an earlier one began.
 */
export function erasuresLater(platform: ServingPlatform, needs: PrivacyNeeds): Erasures {
  const runs = platform.archive?.erase !== undefined && platform.deliveries.erase !== undefined
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
    const { documents, box, typeCounts, registry } = platform
    const holders = runs ? await holdersOf(platform, needs) : undefined
    return createErasures({
      ...needs,
      ...{ documents, box, typeCounts, registry, holders, graceMs },
      personal: async () => (await import('../governance/personal/load')).loadPersonalData(),
      remains: remainsOnMachine,
      runs,
    })
  }
  if (runs) void load()

  return {
    ...methodsLater(load, names),
    async [Symbol.asyncDispose]() {
      await (await made)?.[Symbol.asyncDispose]()
    },
  }
}

const names = [
  ...(['begin', 'get', 'list', 'cancel', 'certificate'] as const),
  ...(['publicKey', 'verify', 'lift', 'carryOn'] as const),
]

/** @returns undefined where this process may not search every copy: then another carries erasures out */
async function holdersOf(
  platform: ServingPlatform,
  { pseudonyms, access, exports, settleStates, clock }: PrivacyNeeds,
): Promise<Holders | undefined> {
  const { archive, deliveries } = platform
  const { erase } = deliveries
  if (archive?.erase === undefined || erase === undefined) return undefined
  const [{ pseudonymsPlace }, { accessPlace }, { keysPlace }, { exportsPlace }] = await Promise.all(
    [
      import('./erasures/places/pseudonyms'),
      import('./access/place'),
      import('./erasures/places/keys'),
      import('../exports/place'),
    ],
  )
  const otherPlaces = [
    ...(pseudonyms === undefined ? [] : [pseudonymsPlace(pseudonyms)]),
    ...(access === undefined ? [] : [accessPlace(access)]),
    ...(exports === undefined ? [] : [exportsPlace(exports)]),
    keysPlace(platform.registry.keys, { clock }),
  ]
  return { ...platform, archive, deliveries: { erase }, settleStates, otherPlaces }
}
