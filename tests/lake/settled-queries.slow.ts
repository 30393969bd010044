import { afterAll, beforeAll, expect, it, setDefaultTimeout } from 'bun:test'
import { namedQueries } from '../../src/query/sql'
import { installMinistack } from '../../tools/aws-local/emulators/install'
import { installIceberg, installTrino } from '../../tools/aws-local/emulators/trino'
import { type ArchivedTerm, archiveTerm } from '../support/lake/archived-term'
import { type AwsLake, startAwsLake } from './aws-lake'
import { comparable, expected } from './expected'
import { startSettling } from './settling'

// The named queries by Trino, over a term of which all but the last days are settled in Iceberg.

setDefaultTimeout(240_000) // a query takes seconds on two busy cores, and each day of the term a few
installMinistack()
installTrino()
installIceberg()

// Some of the term's days are before it, and some after.
const UNTIL = '2026-11-04'

let term: ArchivedTerm
let aws: AwsLake

beforeAll(async () => {
  term = await archiveTerm()
  aws = await startAwsLake()
  await aws.putAll(term.events)
  await using settling = startSettling(aws)
  await settling.settlement().settle({ until: UNTIL })
})
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]()
  term?.[Symbol.dispose]()
})

it('are asked of a lake that is both settled and landed', async () => {
  const { rows } = await aws.trino.query(`SELECT count_if(day < '${UNTIL}') > 0,
    count_if(day >= '${UNTIL}') > 0, count(*) - (SELECT count(*) FROM settled) > 0 FROM events`)
  expect(rows).toEqual([[true, true, true]])
})

for (const { id, sql } of namedQueries) {
  it(`${id} gives the rows that were counted by hand`, async () => {
    const { rows } = await aws.trino.query(sql)
    expect(comparable(rows)).toEqual(expected[id]!)
  })
}
