import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { aRunningClock } from '../../tests/support/clock'
import { documentModel } from '../../tests/support/document-model'
import type { AppError } from '../error/app-error'
import { etagOf } from '../platform/document-store'
import {
  activityProfileShelf,
  agentProfileShelf,
  prefixesOfAgent,
  type Shelf,
  stateShelf,
  stateShelves,
} from './document-places'
import type { XapiVersion } from './document-rules'
import { createDocuments, type Place } from './documents'
import type { Preconditions } from './preconditions'

const json = 'application/json'
const plain = 'text/plain'
const versions = ['1.0.3', '2.0.0'] as const
const shelves: Record<string, Shelf> = {
  state: stateShelf('anna', 'urn:course'),
  'agent profile': agentProfileShelf('anna'),
  'activity profile': activityProfileShelf('urn:course'),
}

const unbounded = async () => {}
const bytesOf = (text: string) => new TextEncoder().encode(text)
const sent = (text: string, contentType = json) => ({ bytes: bytesOf(text), contentType })

function aStore(maxBytes = 1000) {
  const clock = aRunningClock()
  const store = documentModel(clock)
  return { clock, store, documents: createDocuments({ documents: store, maxBytes }) }
}

const place = (shelf: Shelf, id = 'one', tenantId = 'school'): Place => ({ tenantId, shelf, id })

async function codeOf(doing: Promise<unknown>): Promise<string | undefined> {
  return doing.then(
    () => undefined,
    (error: AppError) => error.code,
  )
}

type Rule = [headers: Preconditions, onNone: string | undefined, onOne: string | undefined]
const one = etagOf(bytesOf('{"a":1}'))
const sameInAll: Rule[] = [
  [{ ifNoneMatch: '*' }, undefined, 'precondition_failed'],
  [{ ifMatch: '*' }, 'precondition_failed', undefined],
  [{ ifMatch: [one] }, 'precondition_failed', undefined],
  [{ ifMatch: ['1234'] }, 'precondition_failed', 'precondition_failed'],
  [{ ifMatch: ['1234', one] }, 'precondition_failed', undefined],
  [{ ifNoneMatch: [one] }, undefined, 'precondition_failed'],
  [{ ifNoneMatch: ['1234'] }, undefined, undefined],
  [{ ifMatch: '*', ifNoneMatch: [one] }, 'precondition_failed', 'precondition_failed'],
]
const bare: Record<string, Record<XapiVersion, Rule>> = {
  state: { '1.0.3': [{}, undefined, undefined], '2.0.0': [{}, undefined, 'already_exists'] },
  'agent profile': {
    '1.0.3': [{}, 'invalid_request', 'already_exists'],
    '2.0.0': [{}, undefined, 'already_exists'],
  },
}
bare['activity profile'] = bare['agent profile']!

for (const [name, shelf] of Object.entries(shelves)) {
  for (const version of versions) {
    describe(`a put of a ${name} under ${version}`, () => {
      for (const [given, onNone, onOne] of [...sameInAll, bare[name]![version]]) {
        it(`with ${JSON.stringify(given)}: ${onNone ?? 'creates'}, ${onOne ?? 'replaces'}`, async () => {
          const { documents, store } = aStore()
          const put = () => documents.put(place(shelf), sent('{"b":2}'), given, version)
          expect(await codeOf(put())).toBe(onNone)
          const held = () => documents.get(place(shelf)).then((document) => document?.etag)
          expect((await held()) !== undefined).toBe(onNone === undefined)

          await store.deletePrefix('school', [])
          await documents.put(place(shelf), sent('{"a":1}'), { ifNoneMatch: '*' }, version)
          expect(await codeOf(put())).toBe(onOne)
          expect(await held()).toBe(onOne === undefined ? etagOf(bytesOf('{"b":2}')) : one)
        })
      }
    })
  }
}

describe('a post', () => {
  const shelf = shelves.state!
  const post = (documents: ReturnType<typeof aStore>['documents'], text: string, type = json) =>
    documents.post(place(shelf), sent(text, type), {}, unbounded)

  it('creates what is not there, also when it is no JSON', async () => {
    const { documents } = aStore()
    await post(documents, 'text', plain)
    expect(await documents.get(place(shelf))).toMatchObject({ contentType: plain, size: 4 })
  })

  it('merges one level deep, and says the etag of the whole', async () => {
    const { documents } = aStore()
    await post(documents, '{"a":{"x":1},"n":12345678901234567890}')
    const etag = await post(documents, '{"a":{"y":2},"b":3}', 'application/json; charset=utf-8')
    const held = await documents.get(place(shelf))
    const text = new TextDecoder().decode(held!.bytes)
    expect(text).toBe('{"a":{"y":2},"n":12345678901234567890,"b":3}')
    expect(held).toMatchObject({ etag, contentType: 'application/json; charset=utf-8' })
  })

  const refused: [why: string, held: [string, string], posted: [string, string], code: string][] = [
    ['what is sent is of another type', ['{"a":1}', json], ['b', plain], 'invalid_request'],
    ['what is held is of another type', ['a', plain], ['{"b":1}', json], 'invalid_request'],
    ['what is sent is an array', ['{"a":1}', json], ['[1]', json], 'invalid_json'],
    ['what is held is an array', ['[1]', json], ['{"b":1}', json], 'invalid_json'],
    ['what is sent is cut short', ['{"a":1}', json], ['{"b"', json], 'invalid_json'],
    [
      'both would be too large',
      [`{"a":"${'x'.repeat(900)}"}`, json],
      [`{"b":"${'x'.repeat(900)}"}`, json],
      'too_large',
    ],
  ]
  for (const [why, [held, heldType], [posted, type], code] of refused) {
    it(`is refused, and changes nothing, when ${why}`, async () => {
      const { documents } = aStore()
      await documents.put(place(shelf), sent(held, heldType), {}, '1.0.3')
      const before = await documents.get(place(shelf))
      expect(await codeOf(post(documents, posted, type))).toBe(code)
      expect(await documents.get(place(shelf))).toEqual(before!)
    })
  }

  it('is refused for JSON that is no object, or no UTF-8, where nothing is held', async () => {
    const { documents } = aStore()
    expect(await codeOf(post(documents, '[]'))).toBe('invalid_json')
    const latin1 = { bytes: Uint8Array.of(0x22, 0xe9, 0x22), contentType: json }
    const posted = documents.post(place(shelf), latin1, {}, unbounded)
    expect(await codeOf(posted)).toBe('invalid_json')
  })

  it('waits for room before it reads what is held', async () => {
    const { documents } = aStore()
    await post(documents, '{"a":1}')
    const grow = () => Promise.reject(new Error('no room'))
    await expect(documents.post(place(shelf), sent('{}'), {}, grow)).rejects.toThrow('no room')
  })

  it('loses nothing of what twenty others merge at the same time', async () => {
    const { documents } = aStore()
    const names = Array.from({ length: 20 }, (_, at) => `n${at}`)
    await Promise.all(names.map((name) => post(documents, JSON.stringify({ [name]: 1 }))))
    const held = await documents.get(place(shelf))
    const value = JSON.parse(new TextDecoder().decode(held!.bytes))
    expect(Object.keys(value).sort()).toEqual(names.sort())
  })
})

describe('two writers who have read the same version', () => {
  for (const version of versions) {
    it(`of whom one puts, under ${version}`, async () => {
      const { documents } = aStore()
      const at = place(shelves['agent profile']!)
      const etag = await documents.put(at, sent('{}'), { ifNoneMatch: '*' }, version)
      const given = { ifMatch: [etag] }
      const codes = await Promise.all(
        ['{"a":1}', '{"b":2}', '{"c":3}'].map((text) =>
          codeOf(documents.put(at, sent(text), given, version)),
        ),
      )
      expect(codes.filter((code) => code === undefined)).toHaveLength(1)
      expect(codes.filter((code) => code === 'precondition_failed')).toHaveLength(2)
    })
  }
})

describe('a shelf', () => {
  it('lists its ids, each once, and those of one registration', async () => {
    const { documents, clock } = aStore()
    const registration = 'EC531277-B57B-4C15-8D91-D292C5B2B8F7'
    const put = (shelf: Shelf, id: string, tenant = 'school') =>
      documents.put(place(shelf, id, tenant), sent('{}'), {}, '1.0.3')
    await put(stateShelf('anna', 'urn:course'), 'a')
    clock.advance(1000)
    const since = clock.now().toISOString()
    clock.advance(1000)
    await put(stateShelf('anna', 'urn:course', registration), 'a')
    await put(stateShelf('anna', 'urn:course', registration.toLowerCase()), 'é/\0')
    await put(stateShelf('anna', 'urn:other'), 'other')
    await put(stateShelf('ben', 'urn:course'), 'other')
    await put(stateShelf('anna', 'urn:course'), 'other', 'elsewhere')

    const list = async (shelf: Shelf, after?: string) =>
      (await documents.list('school', shelf, after)).sort()
    expect(await list(stateShelves('anna', 'urn:course'))).toEqual(['a', 'é/\0'])
    expect(await list(stateShelf('anna', 'urn:course'))).toEqual(['a'])
    expect(await list(stateShelf('anna', 'urn:course'), since)).toEqual([])
    expect(await list(stateShelf('anna', 'urn:course', registration))).toEqual(['a', 'é/\0'])
    await documents.removeAll('school', stateShelf('anna', 'urn:course', registration))
    expect(await list(stateShelves('anna', 'urn:course'))).toEqual(['a'])
    await documents.removeAll('school', stateShelves('anna', 'urn:course'))
    expect(await list(stateShelves('anna', 'urn:course'))).toEqual([])
    expect(await list(stateShelves('anna', 'urn:other'))).toEqual(['other'])
  })

  it('of an agent goes with everything of hers, and nothing of others', async () => {
    const { documents, store } = aStore()
    const create = { ifNoneMatch: '*' } as const
    const hers = [shelves.state!, shelves['agent profile']!]
    const others = [stateShelf('ben', 'urn:course'), shelves['activity profile']!]
    for (const shelf of [...hers, ...others]) {
      await documents.put(place(shelf), sent('{}'), create, '2.0.0')
    }
    for (const prefix of prefixesOfAgent('anna')) await store.deletePrefix('school', prefix)
    for (const shelf of hers) expect(await documents.get(place(shelf))).toBeUndefined()
    for (const shelf of others) expect(await documents.get(place(shelf))).toBeDefined()
  })

  for (const id of ['', 'x'.repeat(1499), '\u0001'.repeat(300)]) {
    it(`has no document of an id of ${id.length} characters that does not fit`, async () => {
      const { documents } = aStore()
      const put = documents.put(place(shelves.state!, id), sent('{}'), {}, '2.0.0')
      await expect(put).rejects.toMatchObject({
        code: 'invalid_request',
        errors: [{ path: ['stateId'], code: 'invalid_id' }],
      })
    })
  }

  it('takes a document of the largest size, and none beyond', async () => {
    const { documents } = aStore(10)
    const put = (size: number) =>
      documents.put(place(shelves.state!), sent('x'.repeat(size), plain), {}, '1.0.3')
    expect(await codeOf(put(10))).toBeUndefined()
    await expect(put(11)).rejects.toThrow('11 bytes, and may have 10')
  })
})

/** One document, as plainly as it can be said. */
interface Held {
  value: Record<string, number>
  etag: string
}
type Header = 'none' | 'any' | 'held' | 'wrong'
type Call = ['put' | 'post' | 'delete', id: string, match: Header, noneMatch: Header, key: string]

const headers = fc.constantFrom<Header>('none', 'none', 'any', 'held', 'wrong')
const call: fc.Arbitrary<Call> = fc.tuple(
  fc.constantFrom('put', 'post', 'delete'),
  fc.constantFrom('one', 'two'),
  headers,
  headers,
  fc.constantFrom('a', 'b', 'c'),
)

function tagsOf(header: Header, held: Held | undefined) {
  if (header === 'none') return undefined
  if (header === 'any') return '*' as const
  return [header === 'held' ? (held?.etag ?? '0') : '1234']
}

/** What is to come of a call: the document afterwards, or a code. */
function expected(rule: string, [method, , match, noneMatch, key]: Call, held: Held | undefined) {
  const isThere = held !== undefined
  if (match !== 'none' && !(isThere && match !== 'wrong')) return 'precondition_failed'
  if (isThere && (noneMatch === 'any' || noneMatch === 'held')) return 'precondition_failed'
  if (method === 'delete') return undefined
  if (method === 'post') return { ...held?.value, [key]: 1 }
  const isBare = match === 'none' && noneMatch === 'none'
  if (isBare && rule === 'refuse') return isThere ? 'already_exists' : 'invalid_request'
  if (isBare && rule === 'create' && isThere) return 'already_exists'
  return { [key]: 1 }
}

describe('any calls, one after the other, do what a simple model does', () => {
  const rules: [version: XapiVersion, name: string, rule: string][] = [
    ['1.0.3', 'state', 'replace'],
    ['1.0.3', 'agent profile', 'refuse'],
    ['1.0.3', 'activity profile', 'refuse'],
    ['2.0.0', 'state', 'create'],
    ['2.0.0', 'agent profile', 'create'],
    ['2.0.0', 'activity profile', 'create'],
  ]
  for (const [version, name, rule] of rules) {
    it(`to a ${name} under ${version}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
          const { documents } = aStore()
          const model = new Map<string, Held>()
          for (const one of calls) {
            const [method, id, match, noneMatch, key] = one
            const held = model.get(id)
            const given = { ifMatch: tagsOf(match, held), ifNoneMatch: tagsOf(noneMatch, held) }
            const at = place(shelves[name]!, id)
            const body = sent(JSON.stringify({ [key]: 1 }))
            const outcome = expected(rule, one, held)
            const doing = {
              put: () => documents.put(at, body, given, version),
              post: () => documents.post(at, body, given, unbounded),
              delete: () => documents.remove(at, given),
            }[method]()
            const code = await codeOf(doing)
            expect([one, code]).toEqual([one, typeof outcome === 'string' ? outcome : undefined])
            if (outcome === undefined) model.delete(id)
            else if (typeof outcome === 'object') {
              model.set(id, { value: outcome, etag: etagOf(bytesOf(JSON.stringify(outcome))) })
            }
          }
          const ids = await documents.list('school', shelves[name]!)
          expect(ids.sort()).toEqual([...model.keys()].sort())
          for (const [id, { value, etag }] of model) {
            const held = await documents.get(place(shelves[name]!, id))
            expect(held!.etag).toBe(etag)
            expect(JSON.parse(new TextDecoder().decode(held!.bytes))).toEqual(value)
          }
        }),
        { numRuns: 60 },
      )
    })
  }
})
