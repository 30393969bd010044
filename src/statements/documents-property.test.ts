import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import {
  aDocumentStore,
  bytesOf,
  codeOf,
  place,
  sent,
  shelves,
  unbounded,
} from '../../tests/support/documents-of-xapi'
import { etagOf } from '../platform/document-store'
import type { SpokenVersion } from './document-rules'

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
  const rules: [version: SpokenVersion, name: string, rule: string][] = [
    ['1.0.2', 'state', 'replace'],
    ['1.0.2', 'agent profile', 'create'],
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
          const { documents } = aDocumentStore()
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
