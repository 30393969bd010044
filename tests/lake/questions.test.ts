import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Lake } from '../../src/platform/lake'
import { openArchive } from '../../src/platform/local/archive'
import { lakeFolder, openLake } from '../../src/platform/local/lake'
import { askLake } from '../../src/query/ask-lake'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { aBatch } from '../support/records'
import { comparable } from './expected'
import { questionCases, questionRecords } from './questions'

// On one machine. named-queries.slow.ts asks Trino the same.

const folder = temporaryFolder()
let lake: Lake

beforeAll(async () => {
  await using archive = openArchive({ folder: lakeFolder(folder.path), log: silentLog })
  await archive.write(aBatch('june', questionRecords))
  lake = openLake(folder.path)
})

afterAll(async () => {
  await lake?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe('a question of people', () => {
  for (const { says, sql, where, rows } of questionCases) {
    it(`counts ${says}`, async () => {
      const answer = await askLake(lake, { reader: { tenantId: 'default' }, sql, where })
      expect(comparable(answer.rows)).toEqual(rows)
    })
  }
})
