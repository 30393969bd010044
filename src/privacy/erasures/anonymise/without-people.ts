import { createPeople } from '../../../event/people'
import { comparableId } from '../../../event/person-id'
import { ANONYMOUS } from '../../../event/pseudonym'
import type { EventRecord } from '../../../event/record'
import type { PersonalData } from '../../../governance/personal/personal'
import type { FieldTreatment } from '../../../governance/policy/decision'
import { canonicalJson } from '../../../syntax/canonical-json'
import { finish } from '../../../syntax/steps'

const TREATMENTS: readonly FieldTreatment[] = [
  { rule: 'erased', treatment: 'drop', isAnonymous: true },
]
const BY = {
  pseudonyms: { of: () => ANONYMOUS },
  policy: { addresses: 'none' as const },
}

// A number that no double has stands as its text (ES2025, JSON.rawJSON).
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean }

// These identify an agent, or say what it is called.
const identifying = ['mbox', 'mbox_sha1sum', 'openid', 'account', 'name']
const NOBODY = { homePage: ANONYMOUS, name: 'anonymous' }

/**
 * Makes copies of events without some people. Of their own events everything personal is taken out; in
 * events of others, whatever names them stands for nobody.
 * @returns undefined for a record of which they cannot be taken out
 */
export function createWithoutPeople(actorIds: readonly string[], personal: PersonalData) {
  const people = createPeople(actorIds)
  const theirs = new Set(actorIds.flatMap((id) => [id, comparableId(id)]))
  const isTheirs = (id: string) => theirs.has(id) || theirs.has(comparableId(id))
  const names = (value: unknown) => finish(people.areIn(JSON.stringify(value) ?? '', 'json'))

  /** Replaces whatever names them, at any depth. */
  function replaced(value: unknown): unknown {
    if (typeof value === 'string') return isTheirs(value) ? ANONYMOUS : value
    if (Array.isArray(value)) return value.map(replaced)
    if (typeof value !== 'object' || value === null || isRawJSON(value)) return value
    const members = Object.entries(value)
    const isAgent = members.some(
      ([name, of]) => name !== 'name' && identifying.includes(name) && names({ [name]: of }),
    )
    if (isAgent) {
      const rest = members.filter(([name]) => !identifying.includes(name))
      return { ...Object.fromEntries(rest.map(renamed)), account: NOBODY }
    }
    const { homePage, name } = value as Record<string, unknown>
    const isAccount = typeof homePage === 'string' && typeof name === 'string'
    if (isAccount && names({ homePage, name })) return NOBODY
    return Object.fromEntries(members.map(renamed))
  }

  function renamed([name, value]: [string, unknown]): [string, unknown] {
    return [isTheirs(name) ? ANONYMOUS : name, replaced(value)]
  }

  return function withoutPeople(record: EventRecord): EventRecord | undefined {
    const isOwn = record.actorId !== undefined && isTheirs(record.actorId)
    const clean = isOwn ? personal.clean(record, TREATMENTS, BY).event : record
    // The digest of a record is that of its text, which is another now.
    const copy = {
      ...record,
      ...clean,
      contentDigest: undefined,
      sentSha256: undefined,
    } as EventRecord
    if (names(JSON.parse(copy.raw))) copy.raw = canonicalJson(copy.raw, undefined, replaced)
    for (const [field, value] of Object.entries(copy)) {
      if (field === 'raw' || typeof value !== 'string') continue
      if (isTheirs(value)) Object.assign(copy, { [field]: ANONYMOUS })
    }
    const isClean = !finish(people.own(copy)) && !isTheirs(copy.eventId)
    return isClean ? copy : undefined
  }
}
