import { describe, expect, it } from 'bun:test'
import { etagOf } from '../platform/document-store'
import { readNative } from '../standards/native/parse'
import { rememberSessions, screened } from './screen'

const tenantId = 'school'
const receivedAt = '2026-11-21T09:30:00.000Z'
const door = { door: 'sessions' }

/** Documents in memory, as far as sessions ask for them. */
function scene() {
  const held = new Map<string, Uint8Array>()
  const nameOf = (tenant: string, key: readonly string[]) => JSON.stringify([tenant, ...key])
  const documents = {
    async get(tenant: string, key: readonly string[]) {
      const bytes = held.get(nameOf(tenant, key))
      const entry = { key, contentType: '', metadata: {}, size: 0, updatedAt: receivedAt }
      return bytes && { ...entry, bytes, etag: etagOf(bytes) }
    },
    async put(tenant: string, key: readonly string[], { bytes }: { bytes: Uint8Array }) {
      const name = nameOf(tenant, key)
      if (held.has(name)) return { kind: 'mismatch' as const }
      held.set(name, bytes)
      return { kind: 'stored' as const, etag: etagOf(bytes) }
    },
  }

  /** Remembers and screens as a store does. @returns the code of each refusal, or whose it is */
  async function store(events: object[], context: Record<string, string> = {}) {
    const reading = readNative(JSON.stringify(events), { receivedAt, context })
    const held = await screened(reading, { tenantId }, { documents })
    const readable = held.items.filter((item) => 'event' in item)
    const stored = readable.map((item) => ({ item, isDuplicate: false }))
    await rememberSessions(held, stored, { tenantId }, { documents })
    return held.items.map((item) =>
      'event' in item ? item.event.actorId : item.errors.map(({ code }) => code).join(),
    )
  }
  return { store, held }
}

const begin = (session_id: unknown, more = {}) => ({
  ...{ event_type: 'SESSION_CREATED', session_id, user_id: 'ada' },
  ...{ payload: { question_ids: ['q'] }, ...more },
})
const view = (session_id: unknown, question_id: unknown = 'q') => ({
  ...{ event_type: 'QUESTION_VIEWED', session_id, question_id },
})

describe('a session that began', () => {
  const ids: unknown[] = ['s', 7, '__proto__', 'x'.repeat(2048), 'é\ud800', '["a","b"]']
  for (const id of ids) {
    it(`is known by its id: ${String(id).slice(0, 20).toWellFormed()}`, async () => {
      const { store } = scene()
      await store([begin(id)])
      expect(await store([view(id), view(id, 'other')], door)).toEqual([
        'ada',
        'question_not_in_session',
      ])
      expect(await store([view('another')], door)).toEqual(['unknown_session'])
    })
  }

  const unsaid: [what: string, event: object][] = [
    ['without a user', begin('s', { user_id: undefined })],
    ['without an id', begin(undefined)],
    ['of another name', begin('s', { event_type: 'session_created' })],
  ]
  for (const [what, event] of unsaid) {
    it(`is none ${what}`, async () => {
      const { store, held } = scene()
      await store([event])
      expect(held.size).toBe(0)
    })
  }

  const senders: [who: string, context: Record<string, string>][] = [
    ['a key that anybody reads out of a page', { begins: 'none' }],
    ['a person', { learner: 'ada' }],
  ]
  for (const [who, context] of senders) {
    it(`is none when ${who} says so, by either door`, async () => {
      const { store, held } = scene()
      await store([begin('s')], context)
      const told = await store([begin('s')], { ...context, ...door })
      expect(told).not.toEqual(['ada'])
      expect(held.size).toBe(0)
    })
  }

  it('has questions by whichever name its payload goes, or none that are known', async () => {
    const { store } = scene()
    const question_ids = ['q', 3]
    await store([
      begin('a', { payload: undefined, properties: { question_ids } }),
      begin('b', { payload: { question_ids: 'q' } }),
      begin('c', { payload: { question_ids: [] } }),
      begin('d', { payload: undefined, payload_json: JSON.stringify({ question_ids }) }),
    ])
    const asked = ['a 3', 'a z', 'b z', 'c z', 'd q', 'd z'].map((one) => one.split(' '))
    const events = asked.map(([session, question]) => view(session, question))
    const [no, yes] = ['question_not_in_session', 'ada']
    expect(await store(events, door)).toEqual([yes, no, yes, no, yes, no])
  })
})
