import { afterAll, beforeAll, expect, it, setDefaultTimeout } from 'bun:test'
import { boundTo } from '../../src/platform/aws/lake/bound-sql'
import { openArchive } from '../../src/platform/local/archive'
import { OLDEST, recordOf, recordsIn, recordsOf } from '../../src/query/lake-records'
import { silentLog } from '../../src/telemetry/log'
import { installMinistack } from '../../tools/aws-local/emulators/install'
import { installTrino } from '../../tools/aws-local/emulators/trino'
import { temporaryFolder } from '../support/folders'
import { aBatch, aRecord } from '../support/records'
import { type AwsLake, database, startAwsLake } from './aws-lake'

// What a replay asks the lake, by the engine behind Athena.

setDefaultTimeout(180_000) // a query takes seconds on two busy cores, the start a minute
installMinistack()
installTrino()

const tenantId = 'school'
const from = Date.parse('2026-11-20T23:59:59.990Z')
const records = Array.from({ length: 20 }, (_, at) => {
  const receivedAt = new Date(from + at).toISOString()
  const more = { tenantId, receivedAt, occurredAt: '2026-11-15T10:15:00.000Z' }
  if (at === 0) return aRecord({ ...more, raw: '{"a":"\\ud800","b":"ü"}', eventId: "it's" })
  const full = {
    score: 0.5,
    success: false,
    skewMs: -12,
    membershipRoles: ['Learner', 'a "quoted" one'],
    issueCodes: ['required'],
    repair: { by: 'key_2', at: '2026-11-20T00:00:00.001Z', paths: ['/a~1b'] },
  }
  return aRecord({ ...more, ...(at === 1 && full) })
})

let aws: AwsLake
beforeAll(async () => {
  aws = await startAwsLake()
  using folder = temporaryFolder()
  {
    await using archive = openArchive({ folder: folder.path, log: silentLog })
    await archive.write(aBatch('b', [...records, aRecord({ tenantId: 'elsewhere' })]))
  }
  await aws.putAll(folder.path)
})
afterAll(() => aws?.[Symbol.asyncDispose]())

async function ask(sql: string) {
  const { columns, rows } = await aws.trino.query(await boundTo(sql, { tenantId, database }))
  const times = new Set(columns.filter(({ type }) => type.startsWith('timestamp')))
  // Trino gives times as it prints them; Athena's are read by its adapter.
  return rows.map((row) =>
    recordOf(
      columns.map(({ name }) => name),
      row.map((value, at) =>
        value !== null && times.has(columns[at]!) ? `${String(value).replace(' UTC', '')}Z` : value,
      ),
    ),
  )
}

const stored = records.map(({ expiresAt: _, ...record }) => JSON.parse(JSON.stringify(record)))
const without = (found: object[]) => found.map((one) => ({ ...one, expiresAt: undefined }))
const range = { from: records[0]!.receivedAt, to: new Date(from + 1000).toISOString() }

it('finds what arrived in a range, as it was stored, in order, page by page', async () => {
  const first = await ask(recordsIn(range, 12))
  expect(without(first)).toEqual(stored.slice(0, 12))
  const last = first.at(-1)!
  const rest = await ask(recordsIn({ ...range, from: last.receivedAt }, 12, last.eventId))
  expect(without(rest)).toEqual(stored.slice(12))
})

it('finds records by their ids', async () => {
  const ids = [records[0]!.eventId, records[19]!.eventId, 'unknown']
  const found = await ask(recordsOf(range, ids))
  expect(found.map(({ eventId }) => eventId).toSorted()).toEqual(ids.slice(0, 2).toSorted())
  expect(found.find(({ eventId }) => eventId === "it's")?.raw).toBe(records[0]!.raw)
})

it('finds when the oldest arrived', async () => {
  const { rows } = await aws.trino.query(await boundTo(OLDEST, { tenantId, database }))
  expect(String(rows[0]![0])).toContain('2026-11-20 23:59:59.990')
})
