import { derivedUuid } from '../../event/id'
import {
  commonRole,
  isUnder13Name,
  type PersonalRole,
  type PersonalTable,
  saysYes,
} from '../../event/personal-table'
import { ANONYMOUS, isPseudonym, PSEUDONYM } from '../../event/pseudonym'
import { agentKey } from './agents'
import { isNode, type Node, nodeAt } from './node'

/** Where statements have agents and groups; an object is one when its type says so. */
const people = new Set('actor instructor team authority member agent group'.split(' '))

const inPerson = new Map<string, PersonalRole>([
  ['objectType', 'keep'],
  ['mbox', 'id'],
  ['mbox_sha1sum', 'id'],
  ['openid', 'id'],
  ['account', 'id'],
  ['member', 'people'],
  ['name', 'name'],
])

const fixed = new Set(
  'objectType timestamp stored version language duration contentType length sha2 usageType type interactionType registration score'.split(
    ' ',
  ),
)

export const personal: PersonalTable = {
  roleOf(name, place) {
    if (place === 'person') return inPerson.get(name) ?? 'detail'
    if (people.has(name)) return 'people'
    if (name === 'registration') return 'session'
    // The members of a statement have names of their own; those of extensions are IRIs.
    return name.includes(':') ? commonRole(name, place) : 'item'
  },
  typeNames: ['objectType'],
  isPerson(type) {
    if (type === 'Agent' || type === 'Group') return true
    return type === 'Activity' || type === 'StatementRef' || type === 'SubStatement'
      ? false
      : undefined
  },
  idOf: (parts) => agentKey(parts as Node),
  spellingsOf(id) {
    const end = id.indexOf('|')
    return end < 0 ? [] : [id.slice(end + 1)]
  },
  memberFor(urn) {
    const [homePage, name] = isPseudonym(urn)
      ? [PSEUDONYM, urn.slice(PSEUDONYM.length + 1)]
      : [ANONYMOUS, 'anonymous']
    return `"account":${JSON.stringify({ homePage, name })}`
  },
  isFixed: (name) => fixed.has(name),
  deriveId: (raw) => derivedUuid(raw),
  saysUnder13(item) {
    const extensions = nodeAt(nodeAt(isNode(item) ? item : undefined, 'context'), 'extensions')
    for (const name in extensions) {
      if (isUnder13Name(name) && saysYes(extensions[name])) return true
    }
    return false
  },
  consentIn(item) {
    const extensions = nodeAt(nodeAt(isNode(item) ? item : undefined, 'context'), 'extensions')
    const name = Object.keys(extensions ?? {}).find((one) => /[/#:]consent$/.test(one))
    return name === undefined ? undefined : nodeAt(extensions, name)
  },
}
