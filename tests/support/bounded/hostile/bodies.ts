import { randomBytes, randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { bodies as everyBody } from '../../bodies'
import { type Attack, ask, crowd } from './attack'

const json = { 'content-type': 'application/json' }
const gzipped = { ...json, 'content-encoding': 'gzip' }

// Just under what a body may have (NONIUS_MAX_BODY_BYTES).
const LARGE = 5.9 * 1024 * 1024

const context = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
const text = (bytes: number) => randomBytes(bytes * 0.75).toString('base64')

const native = (more: object) => JSON.stringify({ event_type: 'hostile', ...more })
const envelope = (items: string) =>
  `{"sensor":"https://a.example/1","sendTime":"2026-09-21T10:00:00.000Z","dataVersion":"${context}","data":[${items}]}`
const many = (count: number, one: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => one(n)).join(',')

// Made once: a bomb is small, what it unpacks to is not.
const bombs = [
  gzipSync(Buffer.alloc(100 * 1024 * 1024, ' ')),
  gzipSync(Buffer.from(envelope(many(200_000, () => '{}')))),
  gzipSync(`${'['.repeat(3_000_000)}`),
  gzipSync(gzipSync(Buffer.alloc(50 * 1024 * 1024))),
]

/** Bodies that cost much more to read than to send, made anew each time where that matters. */
const bodies: (() => { path: string; headers: Record<string, string>; body: string | Buffer })[] = [
  ...bombs.map((body) => () => ({ path: '/caliper/v1p2/events', headers: gzipped, body })),
  ...[
    () => native({ properties: { x: text(LARGE) } }),
    () => native({ properties: { x: '\\u0000'.repeat(LARGE / 12) } }),
    () => native({ properties: Object.fromEntries(numbers(200_000)) }),
    () => `[${many(100_000, (n) => `{"event_type":"t","n":${n}}`)}]`,
    () => `[${many(60_000, () => '{"user_id":"u"}')}]`,
    () => `{"event_type":"t","properties":{"n":[${many(500_000, (n) => `${n}1234567890123`)}]}}`,
    () => `{"event_type":"t","properties":${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}}`,
    () => `{"event_type":"t","properties":{${many(100_000, () => '"a":1')}}}`,
    () => `${'['.repeat(2_000_000)}`,
    () => `"${'\\\\'.repeat(2_000_000)}`,
    () => '\u00e9'.repeat(2_000_000),
  ].map((make) => () => ({ path: '/api/v1/events', headers: json, body: make() })),
  ...[
    () => envelope(many(40_000, () => '{"type":"ViewEvent"}')),
    () => envelope(many(3000, (n) => `{"id":"urn:x:${n}","type":"${text(1000)}"}`)),
    () => envelope(`{"@context":[${many(200_000, (n) => `"c${n}"`)}]}`),
    () => envelope(many(150_000, () => '7')),
    () => `[${many(2000, () => envelope('{}'))}]`,
  ].map((make) => () => ({ path: '/caliper/v1p2/events', headers: json, body: make() })),
]

const numbers = (count: number) => Array.from({ length: count }, (_, n) => [`k${n}`, n] as const)

/** Every body of the list, one after another. */
export const badBodies: Attack = crowd(2, 100, async (needs) => {
  for (const make of bodies) {
    if (needs.isOver()) return
    const { path, headers, body } = make()
    await ask(needs, path, { method: 'POST', headers, body })
    await ask(needs, '/caliper/v1p2/events/validate', { method: 'POST', headers, body })
    await Bun.sleep(50)
  }
})

/** What every door must be able to meet, at two of them, again and again. */
export const oddBodies: Attack = crowd(2, 100, async (needs) => {
  for (const { headers: more, bytes } of everyBody) {
    if (needs.isOver()) return
    const headers = { ...json, ...more }
    const body = bytes()
    for (const path of ['/caliper/v1p2/events', '/api/v1/events']) {
      await ask(needs, path, { method: 'POST', headers, body })
    }
  }
})

/** Events that no compression makes small. */
export const largeEvents: Attack = crowd(3, 250, async (needs) => {
  const body = native({ event_id: randomUUID(), properties: { x: text(LARGE) } })
  await ask(needs, '/api/v1/events', { method: 'POST', headers: json, body })
})

/** One id over and over, with other content: each has to be compared with the large first. */
export const repeatedIds: Attack = async (needs) => {
  const event_id = randomUUID()
  const first = native({ event_id, properties: { x: text(LARGE) } })
  await ask(needs, '/api/v1/events', { method: 'POST', headers: json, body: first })
  const again = `[${many(2000, (n) => native({ event_id, n }))}]`
  const attack = crowd(2, 100, async () => {
    await ask(needs, '/api/v1/events', { method: 'POST', headers: json, body: again })
    await ask(needs, '/api/v1/events', { method: 'POST', headers: json, body: first })
  })
  await attack(needs)
}

/** Items that cannot be kept as events, until there is no room for them. */
export const quarantineFlood: Attack = crowd(2, 100, async (needs) => {
  const body = envelope(many(500, () => `{"id":"urn:uuid:${randomUUID()}","x":"${text(8000)}"}`))
  await ask(needs, '/caliper/v1p2/events', { method: 'POST', headers: json, body })
})

/** Patches that make an item grow, on whatever lies in quarantine. */
export const growingPatches: Attack = crowd(1, 200, async (needs) => {
  const double = [
    { op: 'copy', from: '', path: '/a' },
    { op: 'copy', from: '', path: '/b' },
  ]
  const patch = [{ op: 'add', path: '/g', value: { x: 'x'.repeat(1000) } }]
  for (let times = 0; times < 40; times += 1) patch.push(...(double as never[]))
  const body = JSON.stringify({ filter: {}, patch, limit: 100 })
  await ask(needs, '/quarantine/replay', { method: 'POST', headers: json, body })
})
