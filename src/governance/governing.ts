import { textSha256 } from '../event/content'
import type { ReadEvent, ReadItem } from '../event/reading'
import type { Withheld } from '../event/receipt'
import type { ServerFacts, StandardName } from '../event/record'
import { eachOf, inTurns } from '../syntax/steps'
import type { Blocked } from './blocklist/blocklist'
import type { SenderVerdicts } from './blocklist/compile'
import { eventFactsOf } from './blocklist/event-facts'
import { type CleanBody, type CleanRefused, cleaningWith } from './cleaning'
import { counter } from './counter'
import { factsOf, type KnownFacts } from './facts'
import type { GovernanceParts, Sending } from './governance'
import { blockedItem, heldItem } from './held-item'
import type { PersonalData, Pseudonymiser } from './personal/personal'
import type { InForce } from './policies'
import type { Decision, FieldTreatment } from './policy/decision'
import type { Policy } from './policy/policy'
import { ANONYMOUS } from './signs'

export type Readable = Extract<ReadItem, { event: unknown }>
export type Refused = Exclude<ReadItem, Readable>

export interface Governed {
  /** These are kept, as the policy lets us keep them, in the order of the request. */
  kept: Readable[]
  /** These wait in quarantine until somebody decides. */
  held: Refused[]
  withheld: Withheld[]
  /** Some that are withheld are counted by rule and type all the same. */
  counted: Counted[]
  /** By these its sender is blocked, one for each item that it is blocked with. */
  blocked: Blocked[]
}

export interface Counted {
  rule: string
  type: string
}

/** Finds what an event has in common with those of other standards, which rules may ask for. */
export type CommonOf = (event: ReadEvent) => Partial<ReadEvent>

/** Governs what one sender sent at one time. */
export interface Governing {
  /**
   * Governs events.
   * @param context of their reading
   * @param more `verdicts` say whether their sender is blocked, where they have just arrived
   * @throws {StorageError} when it cannot be told, or kept who stands behind a pseudonym
   */
  govern(
    readable: readonly Readable[],
    context: Record<string, string>,
    more?: { commonOf?: CommonOf; verdicts?: SenderVerdicts | undefined },
  ): Promise<Governed>
  cleanRefused: CleanRefused
  cleanBody: CleanBody
  /** Days for which what is stored is kept, by its class. */
  keptDays: Policy['retentionDays']
}

/** Everything by which one request is governed. */
export interface GoverningNeeds {
  parts: GovernanceParts
  personal: PersonalData
  inForce: InForce
  sending: Sending
  standard: StandardName
  decide(event: ReadEvent, facts: KnownFacts, commonOf?: CommonOf): Decision
  /** Reads the keys of pseudonyms where one is asked for. @throws {StorageError} */
  pseudonymsFor(treatments: readonly FieldTreatment[]): Promise<Pseudonymiser>
  /** Leaves of the facts of the request what these treatments do. */
  serverUnder(treatments: readonly FieldTreatment[]): ServerFacts
}

export async function createGoverning(
  parts: GovernanceParts,
  inForce: InForce,
  sending: Sending,
  standard: StandardName,
): Promise<Governing> {
  const { policy, compiled } = inForce
  const { tenantId, sourceId, receivedAt, server: seen } = sending
  const personal = await parts.personal()
  const needs = {
    ...{ parts, personal, inForce, sending, standard },
    ...{ decide, pseudonymsFor, serverUnder },
  }
  const server = serverUnder([])

  function serverUnder(treatments: readonly FieldTreatment[]): ServerFacts {
    // An event of no content has no more than these.
    const bare = { standard, eventId: '', raw: '{}', server: seen } as ReadEvent & {
      server: ServerFacts
    }
    return personal.clean(bare, treatments, { pseudonyms: nobody, policy }).event.server
  }

  function decide(event: ReadEvent, facts: KnownFacts, commonOf?: CommonOf): Decision {
    const about = { tenantId, sourceId, receivedAt, server: seen }
    if (commonOf === undefined || !compiled.asksCommonAction) {
      // A copy would cost as much as the decision, and `stamp` says the same of every event.
      return compiled.decide(Object.assign(event, about), facts)
    }
    return compiled.decide({ ...event, ...commonOf(event), ...about }, facts)
  }

  async function pseudonymsFor(treatments: readonly FieldTreatment[]): Promise<Pseudonymiser> {
    if (!treatments.some(isPseudonymising)) return nobody
    const pseudonyms = await parts.pseudonyms(tenantId)
    return sending.isTrial === true ? { ...nobody, of: (id) => pseudonyms.of(id) } : pseudonyms
  }

  function cleanEvent(
    event: ReadEvent,
    treatments: readonly FieldTreatment[],
    by: Pseudonymiser,
  ): ReadEvent {
    if (treatments.length === 0) return Object.assign(event, { server })
    return personal.clean({ ...event, server: seen }, treatments, { pseudonyms: by, policy }).event
  }

  function cleaned({ event, ...item }: Readable, decision: Decision, by: Pseudonymiser): Readable {
    const { treatments, rules, privacyLevel, retentionClass, sampleRate } = decision
    const governed = cleanEvent(event, treatments, by)
    // Who knows the digest can try names until one fits: of what is anonymous, none is kept.
    const isAnonymous = treatments.some((one) => one.isAnonymous)
    if (isAnonymous) governed.sentSha256 = undefined
    else if (governed.raw !== event.raw) governed.sentSha256 ??= textSha256(event.raw)
    governed.privacyLevel = privacyLevel
    governed.retentionClass = retentionClass
    if (sampleRate !== undefined) governed.sampleRate = sampleRate
    if (rules.length > 0) governed.governedBy = [...rules]
    // An entity goes by its own id, which may be a person's.
    const isOwn = event.kind === 'entity' && item.id === event.objectId
    return { ...item, id: isOwn ? (governed.objectId ?? ANONYMOUS) : item.id, event: governed }
  }

  return {
    ...cleaningWith(needs),
    keptDays: policy.retentionDays,

    async govern(readable, context, { commonOf, verdicts } = {}) {
      const known = readable.map(({ event }) => ({ raw: event.raw, event }))
      const facts = await factsOf(known, needs)
      const decided: { item: Readable; decision: Decision; blocked: Blocked | undefined }[] = []
      const blocks: Blocked[] = []
      const counted: Counted[] = []
      const count = counter()
      let place = 0
      await inTurns(
        eachOf(readable, (item) => {
          place += 1
          const about = facts[place - 1]!
          const blocked = verdicts?.of(eventFactsOf(item.event, verdicts))
          if (blocked !== undefined) blocks.push(blocked)
          if (blocked?.action === 'DROP') return count.add(blocked.rule)
          if (about.isErased) return count.add('erased')
          const decision = decide(item.event, about, commonOf)
          if (decision.fate !== 'withhold') return decided.push({ item, decision, blocked })
          const rule = decision.by!
          if (decision.isCounted) counted.push({ rule, type: item.event.type })
          return count.add(rule)
        }),
      )
      const by = await pseudonymsFor(decided.flatMap(({ decision }) => decision.treatments))
      const kept: Readable[] = []
      const held: Refused[] = []
      await inTurns(
        eachOf(decided, ({ item, decision, blocked }) => {
          const clean = cleaned(item, decision, by)
          const isHeld = decision.fate === 'hold' && sending.isReleased !== true
          const about = { sent: item, decision, context, by }
          if (blocked !== undefined) held.push(blockedItem(clean, blocked, about))
          else if (isHeld) held.push(heldItem(clean, about))
          else kept.push(clean)
        }),
      )
      await by.store()
      return { kept, held, withheld: count.all(), counted, blocked: blocks }
    },
  }
}

export const isPseudonymising = ({ treatment }: FieldTreatment) => treatment === 'pseudonymise'

/** Stands where no treatment asks for a pseudonym. */
const nobody: Pseudonymiser = { of: () => ANONYMOUS, store: async () => undefined }
