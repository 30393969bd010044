import { contentDigest as digestOf } from '../../event/content'
import type { PersonalTable } from '../../event/personal-table'
import { ANONYMOUS, isNobody } from '../../event/pseudonym'
import type { ReadEvent } from '../../event/reading'
import type { ServerFacts, StandardName } from '../../event/record'
import { standards } from '../../standards'
import type { FieldTreatment } from '../policy/decision'
import { type PathStep, readJsonPath } from '../policy/json-path'
import type { Policy } from '../policy/policy'
import { editsOf } from './collect'
import { spliced } from './edits'
import { createFreeText } from './free-text'
import { familyOf, networkOf } from './generalise'
import { createKnown, type Known } from './known'
import { createNeedles } from './needles'
import type { CleanedBy, PersonalData } from './personal'
import { cleanRecord } from './record'
import { ranks, type Work } from './work'

/** It is what several treatments together ask for. */
interface Asked {
  declared: number
  isAnonymous: boolean
  paths: { path: PathStep[]; rank: number }[]
}

/** Loads the tables of every standard, which are small, and makes of them what cleans. */
export async function loadPersonalData(): Promise<PersonalData> {
  const known = new Map<StandardName, Known>()
  for (const one of standards) {
    known.set(one.name, createKnown(await one.loadPersonal()))
  }
  return createPersonalData(known)
}

function createPersonalData(known: ReadonlyMap<StandardName, Known>): PersonalData {
  const memory = new WeakMap<readonly FieldTreatment[], Asked>()

  function askedBy(treatments: readonly FieldTreatment[]): Asked {
    const known = memory.get(treatments)
    if (known !== undefined) return known
    const asked = together(treatments)
    memory.set(treatments, asked)
    return asked
  }

  // All events of a request have the same facts.
  let latest: { of: ServerFacts; asked: Asked; addresses: string; made: ServerFacts } | undefined

  function serverOnce(of: ServerFacts, asked: Asked, addresses: Policy['addresses']): ServerFacts {
    const isSame = latest?.of === of && latest.asked === asked && latest.addresses === addresses
    if (!isSame) latest = { of, asked, addresses, made: cleanServer(of, asked, addresses) }
    return latest!.made
  }

  function workOf(known: Known, asked: Asked, by: CleanedBy): Work {
    return {
      ...asked,
      known,
      addresses: by.policy.addresses,
      pseudonymOf: by.pseudonyms.of,
      needles: createNeedles(known.table.spellingsOf, known.wordings),
      gone: new Set(),
      became: new Map(),
      people: new Set(),
    }
  }

  return {
    clean(event, treatments, by) {
      const asked = askedBy(treatments)
      const isAsked = asked.declared > 0 || asked.paths.length > 0
      if (!isAsked && by.policy.addresses === 'keep') return { event, changed: 0 }
      const server = serverOnce(event.server, asked, by.policy.addresses)
      const own = known.get(event.standard)!
      const work = workOf(own, asked, by)
      const edits = editsOf(event.raw, work)
      // No gate lets such an item pass; nothing of it shall be stored as it came.
      if (edits === undefined)
        throw new RangeError('an event is too deep, or has too many values, to be cleaned')
      if (asked.declared > 0) addActor(event, own.table, work, asked.declared)
      const text = spliced(event.raw, edits)
      const { freeText, eventId, isQuiet } = freeTextOf(event, text, own.table, work)
      const free = isQuiet ? { text, changed: 0 } : freeText.inJson(text)
      const isAsSent = free.text === event.raw
      const contentDigest = event.contentDigest ?? (isAsSent ? undefined : digestOf(event.raw))
      const made = { ...event, eventId, server, raw: free.text, contentDigest }
      const { gone, became } = work
      cleanRecord(made, { gone, became, freeText, isQuiet, hasPaths: asked.paths.length > 0 })
      if (asked.isAnonymous) made.sessionId = undefined
      const changed = edits.length + free.changed
      return { event: made, changed }
    },

    cleanText(raw, standard, treatments, by) {
      const asked = askedBy(treatments)
      const own = known.get(standard)!
      const work = workOf(own, asked, by)
      if (!isJsonContainer(raw)) return undefined
      const edits = editsOf(raw, work)
      if (edits === undefined) return undefined
      const freeText = createFreeText(work.needles.list(), own.table.isFixed)
      const free = freeText.inJson(spliced(raw, edits))
      return {
        raw: free.text,
        changed: edits.length + free.changed,
        inText: (text) => freeText.inText(text),
      }
    },

    cleanServer: (server, treatments, addresses) =>
      cleanServer(server, askedBy(treatments), addresses),

    peopleIn(raw, standard) {
      const work = workOf(known.get(standard)!, none, noChange)
      editsOf(raw, work)
      return [...work.people].filter((id) => !isNobody(id))
    },

    isUnder13({ raw, standard }) {
      // Its name may be written with escapes.
      if (!raw.includes('under13') && !/\\u00[67]/i.test(raw) && !raw.includes('\\u003'))
        return false
      return known.get(standard)!.table.saysUnder13(JSON.parse(raw))
    },
  }
}

const none: Asked = { declared: 0, isAnonymous: false, paths: [] }
const noChange: CleanedBy = { pseudonyms: { of: (id) => id }, policy: { addresses: 'keep' } }

/** Puts treatments together: of several for one place the strictest counts. */
function together(treatments: readonly FieldTreatment[]): Asked {
  let declared = 0
  let isAnonymous = false
  const paths: Asked['paths'] = []
  for (const { treatment, fields, isAnonymous: isWhole } of treatments) {
    const rank = isWhole ? ranks.drop : ranks[treatment]
    if (isWhole) isAnonymous = true
    if (fields === undefined || isWhole) declared = Math.max(declared, rank)
    for (const field of fields ?? []) {
      const path = readJsonPath(field)
      // A policy is refused for it; one that got here all the same shall not keep what it says to drop.
      if (typeof path === 'string') throw new RangeError(`fields: ${path}`)
      paths.push({ path, rank })
    }
  }
  return { declared, isAnonymous, paths }
}

function cleanServer(
  server: ServerFacts,
  asked: Asked,
  addresses: Policy['addresses'],
): ServerFacts {
  const isDropped = asked.isAnonymous || asked.declared === ranks.drop
  if (isDropped) return { ...server, ip: undefined, userAgent: undefined }
  const isCoarse = asked.declared > 0 || addresses !== 'keep'
  if (!isCoarse) return server
  const { ip, userAgent } = server
  return {
    ...server,
    ip: ip === undefined ? undefined : networkOf(ip, addresses),
    userAgent: userAgent === undefined || asked.declared === 0 ? userAgent : familyOf(userAgent),
  }
}

const actorFields = ['actorId', 'memberId'] as const

/** Sees to the record's own people, however the standard came by their ids. */
function addActor(event: ReadEvent, { isPerson }: PersonalTable, work: Work, rank: number): void {
  const isKnown = event.actorId === undefined || work.became.has(event.actorId)
  if (!isKnown && event.actorType !== undefined && isPerson(event.actorType) === false) return
  for (const field of actorFields) {
    const id = event[field]
    if (id === undefined || isNobody(id) || work.became.has(id)) continue
    const urn = rank === ranks.pseudonymise ? work.pseudonymOf(id) : ANONYMOUS
    work.needles.addId(id, urn)
    work.became.set(id, urn)
  }
  if (event.actorName !== undefined) {
    work.needles.addName(event.actorName, work.became.get(event.actorId) as string | undefined)
    work.gone.add(event.actorName)
  }
}

/**
 * Makes the search for people in the rest of the text. An event whose own id names somebody gets another one, which is
 * the same for the same item whatever the policy and the key, so that a resend is found.
 */
function freeTextOf(
  { eventId, raw }: ReadEvent,
  text: string,
  table: PersonalTable,
  { needles }: Work,
) {
  const freeText = createFreeText(needles.list(), table.isFixed)
  // The id of the event stands in its text, or is derived from it.
  const isQuiet = freeText.isQuiet(text)
  if (isQuiet || !freeText.areIn(eventId)) return { freeText, eventId, isQuiet }
  const made = table.deriveId(raw)
  needles.addItemId(eventId, made)
  return { freeText: createFreeText(needles.list(), table.isFixed), eventId: made, isQuiet }
}

function isJsonContainer(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}
