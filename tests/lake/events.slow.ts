import { afterAll, beforeAll, expect, it, setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import { type EventsQuestion, findEvents } from '../../src/analytics/events/read-events'
import type { Condition } from '../../src/event/condition'
import type { EventRecord } from '../../src/event/record'
import type { Viewer } from '../../src/identity/viewer'
import { boundTo } from '../../src/platform/aws/lake/bound-sql'
import type { Lake, LakeQuery } from '../../src/platform/lake'
import { openArchive } from '../../src/platform/local/archive'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { filterBy } from '../../src/query/where'
import { silentLog } from '../../src/telemetry/log'
import { installMinistack } from '../../tools/aws-local/emulators/install'
import { installTrino } from '../../tools/aws-local/emulators/trino'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { openStore } from '../support/local-store'
import { aBatch, aRecord } from '../support/records'
import { type AwsLake, database, startAwsLake } from './aws-lake'

// Hot store and lake read as one, by the engine behind Athena (tests/local/read-both.test.ts asks DuckDB the same).

setDefaultTimeout(180_000) // a query takes seconds on two busy cores, the start a minute
installMinistack()
installTrino()

const DAY_MS = 24 * 60 * 60 * 1000
const NOW = Date.parse('2026-11-20T12:00:00.000Z')
const now = () => new Date(NOW)
const ago = (days: number, more = 0) => new Date(NOW - days * DAY_MS + more).toISOString()

function arrived(days: number, more: Partial<EventRecord> = {}): EventRecord {
  const eventTime = more.eventTime ?? ago(days, -60_000)
  const occurredAt = eventTime
  const times = { receivedAt: ago(days), eventTime, occurredAt, expiresAt: ago(days - 30) }
  return aRecord({ ...times, ...more })
}

const tied = { eventTime: ago(40, -7) }
const again = arrived(2, { ...tied, eventId: 'again' })
const records = [
  arrived(60, { eventId: "it's", score: 0.5, membershipRoles: ['Learner', 'a "quoted" one'] }),
  arrived(41, { ...tied, eventId: 'b\0', raw: '{"mark":1,"odd":"\\ud800"}', actorId: '\0' }),
  arrived(41, { ...tied, eventId: 'b', actorId: 'tool', memberId: 'ada' }),
  arrived(40, { ...tied, eventId: '🎓', courseId: 'c1', success: true, sequence: 7 }),
  arrived(39, { ...tied, eventId: 'again', raw: '{"first":true}' }),
  arrived(39, { eventId: 'of another', tenantId: 'other' }),
  again,
  arrived(1, { eventId: 'new', actorId: 'ada' }),
]
const ordered = ["it's", 'b', 'b\0', '🎓', 'again', 'new']

let aws: AwsLake
const folder = temporaryFolder()
const events = openStore(join(folder.path, 'hot'), now)

beforeAll(async () => {
  aws = await startAwsLake()
  const lakeFolder = join(folder.path, 'lake')
  await using archive = openArchive({ folder: lakeFolder, log: silentLog })
  await archive.write(aBatch('b', records))
  await aws.putAll(lakeFolder)
  await events.append([again, records.at(-1)!])
})
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]()
  await events[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const asked = new Map<string, LakeQuery>()
const lake: Lake = {
  isImmediate: true,
  async start(query) {
    const id = crypto.randomUUID()
    asked.set(id, query)
    return id
  },
  async poll(_, id) {
    const { sql, reader, where } = asked.get(id)!
    const tenantId = reader === 'operator' ? undefined : reader.tenantId
    const answer = await aws.trino.query(await boundTo(sql, { tenantId, where, database }))
    // Trino gives times as it prints them; Athena's are read by its adapter.
    const isTime = answer.columns.map(({ type }) => type.startsWith('timestamp'))
    const rows = answer.rows.map((row) =>
      row.map((value, at) =>
        value !== null && isTime[at] ? `${String(value).replace(' UTC', '')}Z` : value,
      ),
    )
    const pages = (async function* () {
      yield rows
    })()
    return { status: 'done', columns: answer.columns, pages }
  },
  cancel: async () => {},
  [Symbol.asyncDispose]: async () => {},
}

const signer = createTokenSigner(new Uint8Array(32))
const viewer = {
  ...{ tenantId: 'default', role: 'admin', seesPeople: true, visibility: { kind: 'tenant' } },
} as Viewer

async function readAll(asking: Partial<EventsQuestion>) {
  const needs = {
    ...{ platform: { lake, changes: undefined }, events, clock: clockAt(now), hotTtlDays: 30 },
    tokens: async () => signer,
    blobs: { get: async () => undefined },
    hidden: { before: async () => undefined, ofAll: async () => [] },
  }
  const found: EventRecord[] = []
  let cursor: string | undefined
  do {
    const next = await findEvents(needs, {
      ...{ viewer, filter: {}, condition: undefined, order: 'desc', isWhole: true, limit: 4 },
      ...{ sizeOf: ({ raw }) => raw.length, cursor, ...asking },
    })
    const page = await next.read(4_000_000)
    // Nobody knows how far a lake of AWS has come.
    expect(page.completeTo).toBeUndefined()
    found.push(...page.items.map(({ record }) => record))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}
const ids = (found: readonly EventRecord[]) => found.map(({ eventId }) => eventId)

it('gives each event once, in either order, and the later of two copies', async () => {
  // A page is several queries of Trino, seconds each: one way all is one page, the other it is two.
  const oldest = await readAll({ order: 'asc', limit: 10 })
  expect(ids(oldest)).toEqual(ordered)
  expect(oldest[4]!.raw).toBe(again.raw)
  const [first, odd] = oldest
  const { expiresAt: _, ...stored } = records[0]!
  expect(first).toMatchObject(JSON.parse(JSON.stringify(stored)))
  expect(odd).toMatchObject({ eventId: 'b' })
  expect(ids(await readAll({ limit: 3 }))).toEqual(ordered.toReversed())
})

it('gives what was stored under the oddest of ids', async () => {
  const [whole] = await readAll({ filter: { actorId: '\0' } })
  expect(whole?.raw).toBe(records[1]!.raw)
})

it('finds by what SQL can compare, by what it cannot, and by whose events are', async () => {
  const conditions: [Condition, string[]][] = [
    [
      {
        all: [
          { path: 'score', equals: 0.5 },
          { path: 'membershipRoles', equals: 'Learner' },
        ],
      },
      ["it's"],
    ],
    [
      {
        any: [
          { path: '/mark', equals: 1 },
          { path: 'actorId', prefix: 'ad' },
        ],
      },
      ['new', 'b\0'],
    ],
    [
      {
        all: [
          { path: 'success', equals: true },
          { path: 'sequence', gte: 7 },
          { path: 'eventTime', lt: ago(39) },
          { path: 'server.ip', exists: true },
        ],
      },
      ['🎓'],
    ],
  ]
  for (const [condition, found] of conditions) {
    expect(ids(await readAll({ condition, filter: filterBy({}, condition) }))).toEqual(found)
  }
  const visibility = { kind: 'some', groups: ['c1'], actorIds: ['ada', '\0'] } as const
  const asking = { viewer: { ...viewer, visibility }, filter: { whose: [visibility] } }
  expect(ids(await readAll(asking))).toEqual(['new', '🎓', 'b\0', 'b'])
})
