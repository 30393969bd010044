import fc from 'fast-check'
import type { StandardName } from '../../../src/event/record'

/** A person, whose texts are canaries: no form of them may be left. */
export interface Planted {
  standard: StandardName
  text: string
  /** Texts that name the person or describe them. */
  canaries: string[]
  /** Texts that have to stand in the item afterwards as they do before. */
  kept: string[]
}

interface Person {
  word: string
  email: string
  name: string
}

// A canary is a word of its own, and of characters that have to be escaped somewhere.
const middle = fc.string({
  unit: fc.constantFrom(...'abcXYZ019-_.~\'!$&*+/\\"%é漢😀 '),
  minLength: 4,
  maxLength: 12,
})

const person: fc.Arbitrary<Person> = fc
  .tuple(middle, fc.integer({ min: 100, max: 999 }))
  .map(([inner, number]) => ({
    word: `qz${number}${inner}k${number}`,
    email: `Mz${number}.k+x@exämple${number}.org`,
    name: `Ny${number} ${inner}ve${number}`,
  }))

/** Writes a JSON text of a value with the white space and escapes that some sender might write. */
function written(value: unknown, random: () => number): string {
  const space = () => ['', '', ' ', '\n\t'][Math.floor(random() * 4)]!
  if (value instanceof Verbatim) return value.text
  if (typeof value === 'string') return quoted(value, random)
  if (Array.isArray(value)) {
    return `[${space()}${value.map((one) => written(one, random) + space()).join(',')}]`
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, one]) =>
        `${space()}${quoted(name, random)}${space()}:${space()}${written(one, random)}`,
    )
    return `{${members.join(`${space()},`)}${space()}}`
  }
  return JSON.stringify(value)
}

function quoted(text: string, random: () => number): string {
  const inner = [
    ...JSON.stringify(text)
      .slice(1, -1)
      .matchAll(/\\u[0-9a-f]{4}|\\.|[^\\]/gsu),
  ]
  const made = inner.map(([one]) => {
    if (one.length > 1 || one.startsWith('\\') || random() > 0.1)
      return one === '/' && random() < 0.1 ? '\\/' : one
    return `\\u${one
      .charCodeAt(0)
      .toString(16)
      .padStart(4, random() < 0.5 ? '0' : '0')}`
  })
  return `"${made.join('')}"`
}

/** A part of an item that is written as it stands here. */
class Verbatim {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const KEPT = '[ 1.00,1e400 ,21070000000000001, "\\u0041b\\/c" , {"z":1,"z" : -0.0} ]'

function freeTexts({ word, email, name }: Person) {
  const all = [word, email, name]
  return {
    prose: `Seen by ${name}, (${word}); "${email}"!`,
    url: `https://example.edu/p?a=${encodeURIComponent(word)}&b=${encodeURIComponent(email)}#${encodeURIComponent(name)}`,
    twice: `https://example.edu/?u=${encodeURIComponent(encodeURIComponent(email))}`,
    form: new URLSearchParams({ name, word }).toString(),
    json: JSON.stringify({ note: all }),
    link: `mailto:${email.toUpperCase()}`,
    list: all,
  }
}

function caliper(one: Person, other: Person, random: () => number): unknown {
  const id = `https://example.edu/users/${encodeURIComponent(one.word)}`
  const others = `urn:x:${other.word}`
  return {
    '@context': 'http://purl.imsglobal.org/ctx/caliper/v1p2',
    id:
      random() < 0.2
        ? `urn:x:${encodeURIComponent(one.word)}:1`
        : 'urn:uuid:3a648e68-f00d-4c08-aa59-8738e1884f2c',
    type: 'ViewEvent',
    actor: {
      id,
      type: random() < 0.5 ? 'Person' : 'http://purl.imsglobal.org/caliper/v1/lis/Person',
      name: one.name,
      extensions: { email: one.email, 'com.vendor': { login: one.word, tags: [one.name] } },
    },
    action: 'Viewed',
    object: {
      id: `https://example.edu/pages/1?by=${encodeURIComponent(one.word)}`,
      type: 'Document',
      name: `Page of ${one.name}`,
      creators: [{ id: others, type: 'Person', name: other.name }, id],
      extensions: { ...freeTexts(one), [one.word]: 1, kept: new Verbatim(KEPT) },
    },
    generated: { type: 'Person', email: other.email, id: others },
    eventTime: '2018-11-15T10:15:00.000Z',
    membership: { id: `urn:m:${one.word}:1`, type: 'Membership', member: id, roles: ['Learner'] },
    group: { id: 'urn:g:1', type: 'Group', members: [id, { id: others, type: 'Person' }] },
    session: { id: 'urn:s:1', type: 'Session', user: { id, type: 'Person' } },
    federatedSession: {
      id: 'urn:l:1',
      type: 'LtiSession',
      messageParameters: {
        user_id: one.word,
        lis_person_name_full: one.name,
        lis_person_contact_email_primary: one.email,
        'https://purl.imsglobal.org/spec/lti/claim/ext': { user_username: one.word },
      },
    },
  }
}

function xapi(one: Person, other: Person, random: () => number): unknown {
  const agents = [
    {
      objectType: 'Agent',
      name: one.name,
      account: { homePage: 'https://example.edu', name: one.word },
    },
    { name: one.name, mbox: `mailto:${encodeURI(one.email)}`.replace('%C3%A4', 'a') },
    { openid: `https://id.example.edu/${encodeURIComponent(one.word)}`, name: one.name },
  ]
  const actor = agents[Math.floor(random() * agents.length)]!
  const account = {
    account: { homePage: 'https://example.edu', name: other.word },
    name: other.name,
  }
  return {
    id: '12345678-1234-4234-9234-123456789012',
    actor,
    verb: { id: 'http://adlnet.gov/expapi/verbs/completed', display: { en: 'completed' } },
    object:
      random() < 0.3
        ? { objectType: 'Agent', ...account }
        : {
            id: `https://example.edu/a?n=${encodeURIComponent(one.name)}`,
            definition: { name: { en: `Of ${one.name}` } },
          },
    result: { response: `I am ${one.name}`, score: { raw: 1 } },
    context: {
      registration: 'ec531277-b57b-4c15-8d91-d292c5b2b8f7',
      instructor: account,
      team: { objectType: 'Group', name: other.name, member: [actor, account] },
      extensions: {
        'https://example.org/free': {
          ...freeTexts({ ...one, word: other.word, email: one.name }),
          list: [one.name],
        },
        'https://example.org/kept': new Verbatim(KEPT),
        'https://example.org/user-agent': `Mozilla/5.0 ${one.word}`,
        'https://example.org/ext/user-id': other.word,
      },
    },
    timestamp: '2018-11-15T10:15:00.000Z',
  }
}

function native(one: Person, other: Person, random: () => number): unknown {
  const payload = { ...freeTexts(one), kept: new Verbatim(KEPT), grader: other.word }
  return {
    event_type: 'page_view',
    event_id: random() < 0.3 ? `${one.word}-1` : 'evt-1',
    timestamp: '2018-11-15T10:15:00Z',
    user_id: one.word,
    user_name: one.name,
    context: {
      user: { id: one.word, email: one.email, phone: one.word },
      ip: '203.0.113.77',
      student_email: one.email,
    },
    device_info: { id: one.word, name: one.name, user_agent: `Mozilla/5.0 ${one.word}` },
    payload,
    metadata: JSON.stringify({ user: { id: other.word, name: other.name }, note: one.word }),
  }
}

const makers = { caliper, xapi, native }

/** Makes items of every standard, with a person planted at every declared place and in free text. */
export const planted: fc.Arbitrary<Planted> = fc
  .tuple(
    fc.constantFrom('caliper', 'xapi', 'native'),
    person,
    person,
    fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
  )
  .filter(
    ([, one, other]) =>
      one.word.slice(0, 5) !== other.word.slice(0, 5) && one.email !== other.email,
  )
  .map(([standard, one, other, numbers]) => {
    const random = () => numbers.next().value as number
    const value = makers[standard as StandardName](one, other, random)
    return {
      standard: standard as StandardName,
      text: written(value, random),
      canaries: [one, other].flatMap(({ word, email, name }) => [word, email, name]),
      kept: [KEPT],
    }
  })
