import { derivedId } from '../../event/id'
import { lastPart } from '../../event/personal-names'
import {
  commonRole,
  type PersonalRole,
  type PersonalTable,
  saysYes,
} from '../../event/personal-table'
import { nodeOf } from './node'

/*
 * Where Caliper has people: by these properties (1.2, Appendices A to C, and those of 1.0 and 1.1), and wherever an
 * object says that it is one.
 */
const people = new Set(
  'actor user member members learner learners student students assignee assigner annotator scoredBy gradedBy grader rater commenter creator creators author authors owner instructor instructors teacher mentor respondent searcher'.split(
    ' ',
  ),
)

const types = new Set(['person', 'user', 'student', 'learner', 'instructor', 'teacher', 'parent'])

/** These may be actors, and are no people. */
const others = new Set([
  'softwareapplication',
  'organization',
  'courseoffering',
  'coursesection',
  'group',
  'membership',
  'session',
  'ltisession',
])

/** These have terms, times or types as their values. */
const fixed = new Set(
  '@context @type type action profile dataVersion eventTime sendTime dateCreated dateModified dateToActivate dateToShow dateToStartOn dateToSubmit datePublished startedAtTime endedAtTime duration currentTime roles status extensions object actor target generated'.split(
    ' ',
  ),
)

export const personal: PersonalTable = {
  roleOf(name, place) {
    if (place === 'item') {
      if (people.has(name)) return 'people'
      const own = inItem.get(name)
      if (own !== undefined) return own
    }
    return commonRole(name, place)
  },
  typeNames: ['type', '@type'],
  isPerson(type) {
    const name = lastPart(type).toLowerCase()
    if (types.has(name)) return true
    return others.has(name) ? false : undefined
  },
  idOf: ({ id, '@id': early }) => textOf(id) ?? textOf(early),
  isFixed: (name) => fixed.has(name),
  deriveId: (raw) => derivedId(raw),
  saysUnder13(item) {
    const actor = nodeOf(nodeOf(item)?.actor)
    return saysYes(nodeOf(actor?.extensions)?.under13)
  },
  consentIn(item) {
    const event = nodeOf(item)
    const said =
      nodeOf(nodeOf(event?.extensions)?.consent) ??
      nodeOf(nodeOf(nodeOf(event?.actor)?.extensions)?.consent)
    return said ?? consentOfLaunch(nodeOf(nodeOf(event?.federatedSession)?.messageParameters))
  },
}

// A tool that was launched by LTI sends what it was launched with: custom parameters of LTI 1.3 (core, 5.4.6) or 1.1.
const CUSTOM = 'https://purl.imsglobal.org/spec/lti/claim/custom'
const PARAMETER = /^(?:custom_)?consent_(.+)$/

/** Reads `consent_analytics=granted` of a launch. */
function consentOfLaunch(message: Readonly<Record<string, unknown>> | undefined) {
  const parameters = { ...message, ...nodeOf(message?.[CUSTOM]) }
  const said = Object.entries(parameters).flatMap(([name, value]) => {
    const category = PARAMETER.exec(name)?.[1]
    return category === undefined ? [] : [[category, value] as const]
  })
  return said.length === 0 ? undefined : Object.fromEntries(said)
}

const inItem = new Map<string, PersonalRole>([
  ['session', 'session'],
  ['federatedSession', 'session'],
  // The client of a session is the software on the person's device.
  ['client', 'device'],
  ['host', 'item'],
])

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
