import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { openArchive } from '../../src/platform/local/archive'
import { lakeFolder } from '../../src/platform/local/lake'
import { namedQueries } from '../../src/query/sql'
import { narrowed } from '../../src/query/sql/named-query'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { type AskedLake, openLake } from '../support/lake'
import { aBatch } from '../support/records'
import { comparable } from './expected'
import { recordsOfShapes, rowsOf, shapes } from './shapes'

// On one machine. named-queries.slow.ts asks Trino the same.

const folder = temporaryFolder()
let lake: AskedLake

beforeAll(async () => {
  await using archive = openArchive({ folder: lakeFolder(folder.path), log: silentLog })
  await archive.write(aBatch('shapes', recordsOfShapes()))
  lake = openLake(folder.path)
})

afterAll(async () => {
  await lake?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe('a named query over what real senders cause', () => {
  for (const [place, { says, query, narrowing = {}, rows }] of shapes.entries()) {
    it(`${query} counts ${says}`, async () => {
      const { sql } = namedQueries.find(({ id }) => id === query)!
      const answer = await lake.query(narrowed(sql, narrowing))
      expect(comparable(rowsOf(place, answer.rows))).toEqual(rows)
    })
  }
})
