import type { ReadEvent } from '../event/reading'
import type { StandardName } from '../event/record'
import { type Consent, PARENTAL } from './consents/consents'
import type { GovernanceParts, Sending } from './governance'
import type { PersonalData } from './personal/personal'
import type { InForce } from './policies'
import type { Facts } from './policy/decision'
import { mayBeSigned, mayHaveSign, PSEUDONYM, saysSo } from './signs'

/** An item: its text, and the event that was read of it, if it was one. */
export interface Known {
  raw: string
  event?: ReadEvent | undefined
}

/** The facts of an item, and whether its person, or another whom it names, was erased. */
export type KnownFacts = Facts & { isErased: boolean }

interface Needs {
  parts: GovernanceParts
  personal: PersonalData
  inForce: InForce
  sending: Sending
  standard: StandardName
}

type Answers = ReadonlyMap<string, Consent['categories']>

const none: ReadonlySet<string> = new Set()

/**
 * Finds the facts of all items of a request at once: each store is asked one time.
 * @throws {StorageError}
 */
export async function factsOf(items: readonly Known[], needs: Needs): Promise<KnownFacts[]> {
  const { parts, personal, inForce, sending, standard } = needs
  const { policy, compiled, hasUnder13, hasTombstones } = inForce
  const { tenantId } = sending
  const asksPeople = hasUnder13 || hasTombstones
  const isOptedOut = (sending.optOut ?? []).some((signal) => policy.optOut.includes(signal))
  const isSimple = ({ raw, event }: Known) => event !== undefined && !mayHaveSign(raw)
  if (!asksPeople && !compiled.asksConsent && items.every(isSimple)) {
    // Nothing is known of anybody, and nothing is asked: the items share that.
    const nothing = { isUnder13: false, consents: new Map(), isOptedOut, isErased: false }
    return items.map(() => nothing)
  }
  const people = items.map(({ raw, event }) => {
    const actor = event?.actorId
    const named = asksPeople || event === undefined ? personal.peopleIn(raw, standard) : []
    return actor === undefined || named.includes(actor) ? named : [actor, ...named]
  })
  const all = asksPeople ? [...new Set(people.flat())] : []
  const [erased, listed] = await Promise.all([
    hasTombstones && policy.erased === 'withhold' ? parts.erased(tenantId, all) : none,
    hasUnder13 ? parts.consents.under13(tenantId, all) : none,
  ])
  const signed = items.map(
    ({ raw, event }) =>
      mayHaveSign(raw) &&
      (event === undefined
        ? mayBeSigned(raw)
        : saysSo(raw) || personal.isUnder13({ raw, standard })),
  )
  const children = people.map((ids, at) => ids.filter((id) => signed[at] || listed.has(id)))
  // Where nobody is named, consent can be nobody's.
  const asked = compiled.asksConsent ? people.flat() : children.flat()
  const answers = await consentsOf([...new Set(asked)], tenantId, parts)

  return items.map(({ event }, at) => {
    const theirs = children[at]!
    const isUnder13 = signed[at]! || theirs.length > 0
    const consents = categoriesOf(
      event === undefined ? people[at]! : people[at]!.slice(0, 1),
      answers,
    )
    if (isUnder13) {
      // If there are several children, every one's parents have to consent; a sign alone is the actor's.
      const whose = signed[at] && event?.actorId !== undefined ? [event.actorId] : []
      const asked = new Set([...theirs.filter((id) => listed.has(id)), ...whose])
      const isGranted = [...asked].every((id) => answers.get(id)?.[PARENTAL] === 'granted')
      consents.set(PARENTAL, isGranted && asked.size > 0 ? 'granted' : 'denied')
    }
    return { isUnder13, consents, isOptedOut, isErased: people[at]!.some((id) => erased.has(id)) }
  })
}

/** Joins what people decided: of several, the one who denied counts, and each has to grant. */
function categoriesOf(people: readonly string[], answers: Answers) {
  const joined = new Map<string, 'granted' | 'denied'>()
  people.forEach((id, at) => {
    const given = answers.get(id) ?? {}
    for (const [category, said] of Object.entries(given)) {
      if (said === 'denied' || at === 0) joined.set(category, said)
    }
    for (const category of joined.keys()) {
      if (given[category] === undefined) joined.delete(category)
    }
  })
  return joined
}

/** Reads what people decided; of a pseudonym, what the person behind it did. */
async function consentsOf(
  ids: readonly string[],
  tenantId: string,
  { consents, personBehind }: GovernanceParts,
): Promise<Answers> {
  if (ids.length === 0) return new Map()
  const behind = new Map<string, string>()
  for (const id of ids) {
    if (!id.startsWith(PSEUDONYM)) continue
    const person = await personBehind(tenantId, id)
    if (person !== undefined) behind.set(id, person)
  }
  const names = new Set(ids.map((id) => behind.get(id) ?? id))
  const found = await consents.of(tenantId, [...names])
  if (behind.size === 0) return found
  const answers = new Map(found)
  for (const [pseudonym, person] of behind) {
    const given = found.get(person)
    if (given !== undefined) answers.set(pseudonym, given)
  }
  return answers
}
