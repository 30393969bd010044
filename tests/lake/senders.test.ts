import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { EventRecord } from '../../src/event/record'
import { stampWith } from '../../src/ingest/steps/stamp'
import { commonOf } from '../../src/mapping/common'
import { openArchive } from '../../src/platform/local/archive'
import { lakeFolder } from '../../src/platform/local/lake'
import { namedQueries } from '../../src/query/sql'
import { narrowed } from '../../src/query/sql/named-query'
import { standardNamed } from '../../src/standards'
import { finish } from '../../src/syntax/steps'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { type AskedLake, openLake } from '../support/lake'
import { aBatch } from '../support/records'
import { senders } from '../support/senders'
import type { Sender } from '../support/senders/sender'
import { comparable } from './expected'

// Each sender is a source of one lake, and is asked about alone.

const receivedAt = '2026-09-01T12:00:00.000Z'
const folder = temporaryFolder()
let lake: AskedLake

/** Reads and stamps everything that a sender sends, as the pipeline does. */
async function recordsOf({ name, standard, shapes }: Sender): Promise<EventRecord[]> {
  const server = { requestId: 'r' }
  const origin = { tenantId: 'default', sourceId: name, receivedAt, server }
  const stamp = stampWith({ ...origin, terms: { days: 30 }, commonOf })
  const { readItem } = await standardNamed(standard)!.load()
  return shapes.flatMap(({ sent }) => {
    const context = { version: '1.0.3' }
    const { items } = finish(readItem(JSON.stringify(sent), { context, receivedAt }))
    return items.flatMap((item) => ('event' in item ? [stamp(item.event)] : []))
  })
}

beforeAll(async () => {
  await using archive = openArchive({ folder: lakeFolder(folder.path), log: silentLog })
  const records = await Promise.all(senders.map(recordsOf))
  await archive.write(aBatch('senders', records.flat()))
  lake = openLake(folder.path)
})

afterAll(async () => {
  await lake?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe('a named query over what a sender sends', () => {
  for (const { name, rows: answers } of senders) {
    for (const { query, rows } of answers) {
      it(`${query} of ${name}`, async () => {
        const { sql } = namedQueries.find(({ id }) => id === query)!
        const answer = await lake.query(narrowed(sql, { source: name }))
        const own = (comparable(answer.rows) as unknown[][]).map(([, ...row]) => row)
        expect(own).toEqual(rows)
      })
    }
  }
})
