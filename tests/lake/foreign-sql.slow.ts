import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createLake } from '../../src/platform/aws/lake'
import { systemClock } from '../../src/platform/clock'
import type { SqlValue } from '../../src/platform/lake'
import { openArchive } from '../../src/platform/local/archive'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { askLake } from '../../src/query/ask-lake'
import { silentLog } from '../../src/telemetry/log'
import { startAthenaByTrino } from '../../tools/aws-local/emulators/athena-by-trino'
import { temporaryFolder } from '../support/folders'
import { aBatch, aRecord } from '../support/records'
import { athenaEscapes } from '../support/sql/escapes'
import { type AwsLake, bucket, database, startAwsLake } from './aws-lake'

const SECRET = 'marker-of-the-other-tenant'
const folder = temporaryFolder()
let aws: AwsLake
let athena: ReturnType<typeof startAthenaByTrino>
let lake: ReturnType<typeof createLake>

beforeAll(async () => {
  aws = await startAwsLake()
  const ours = Array.from({ length: 3 }, (_, i) =>
    aRecord({ tenantId: 'school', eventId: `s${i}`, actorId: `${i}`, type: 'ViewEvent' }),
  )
  const theirs = aRecord({ tenantId: 'college', eventId: 'c', actorId: SECRET, type: 'MediaEvent' })
  {
    await using archive = openArchive({ folder: folder.path, log: silentLog })
    await archive.write(aBatch('b', [...ours, theirs]))
  }
  await aws.putAll(folder.path)
  const { trino, glue } = aws
  const now = () => new Date()
  athena = startAthenaByTrino({ query: trino.query, glue, bucket, database, now })
  const tokens = async () => createTokenSigner(Buffer.alloc(32, 1))
  const { client } = athena
  lake = createLake({ client, workgroup: 'questions', database, tokens, clock: systemClock })
})

afterAll(async () => {
  await athena[Symbol.asyncDispose]()
  await aws[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const ask = (sql: string, parameters: Record<string, SqlValue> = {}, timezone?: string) =>
  askLake(lake, { reader: { tenantId: 'school' }, sql, timezone, foreign: { parameters } })

describe("somebody else's SQL by Trino", () => {
  it('is answered of its own events', async () => {
    expect((await ask('SELECT count(*) AS n FROM events')).rows).toEqual([[3]])
    const parts =
      'WITH a AS (SELECT * FROM events), b AS (TABLE a) SELECT max(actor_id) AS m FROM b'
    expect((await ask(parts)).rows).toEqual([['2']])
    const sql = 'SELECT count(*) AS n FROM "EVENTS" WHERE actor_id = $who AND event_time >= $from'
    const parameters: Record<string, SqlValue> = {
      who: { type: 'text', value: '1' },
      from: { type: 'time', value: '2026-01-01T00:00:00.000Z' },
    }
    expect((await ask(sql, parameters)).rows).toEqual([[1]])
    expect((await ask(sql, parameters, 'Europe/Berlin')).rows).toEqual([[1]])
  })

  it('learns nothing of a row that is not its own, by errors neither', async () => {
    const tells = [
      'SELECT count(*) AS n FROM events WHERE CAST(actor_id AS integer) >= 0',
      'SELECT max(CAST(actor_id AS integer)) AS n FROM events',
      `SELECT count(*) AS n FROM events WHERE 1 / (CASE WHEN actor_id LIKE 'm%' THEN 0 ELSE 1 END) = 1`,
      `SELECT count(*) AS n FROM events WHERE json_parse(CASE WHEN actor_id LIKE 'm%' THEN '{' ELSE '{}' END) IS NOT NULL`,
    ]
    for (const sql of tells) await ask(sql)
    expect(ask(tells[0]!.replace('actor_id', 'type'))).rejects.toThrow('ViewEvent')
  })

  it('runs none of the ways out', async () => {
    const before = athena.statements().length
    for (const sql of athenaEscapes) expect(ask(sql)).rejects.toThrow('This SQL is not run')
    expect(athena.statements().length).toBe(before)
  })
})
