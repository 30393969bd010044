import { describe, expect, it } from 'bun:test'
import { InvalidRequestException } from '@aws-sdk/client-athena'
import type { AppError } from '../../../src/error/app-error'
import type { StorageError } from '../../../src/error/storage-error'
import { createLake } from '../../../src/platform/aws/lake'
import { systemClock as clock } from '../../../src/platform/clock'
import type { LakeLimits } from '../../../src/platform/lake'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { askLake } from '../../../src/query/ask-lake'
import { namedQueries } from '../../../src/query/sql'
import { jsonText } from '../../../src/syntax/json-text'
import { lakeContract, type Statement, statements } from '../../contracts/lake.contract'
import { type Play, startAthena } from '../../support/aws/athena'
import { withFaults } from '../../support/aws/faults'

const signer = createTokenSigner(new Uint8Array(32).fill(7))
const where = {
  workgroup: 'nonius-test',
  database: 'nonius_test',
  tokens: async () => signer,
  clock,
}
const numbers: Play = {
  columns: [['n', 'bigint']],
  pages: [
    [['n'], ...rowsBetween(0, 999)],
    rowsBetween(999, 1999),
    rowsBetween(1999, statements.numbers),
  ],
}
const plays: Record<Statement, Play> = {
  numbers,
  late: {
    ...numbers,
    statuses: [{ State: 'RUNNING' }, { State: 'SUCCEEDED' }],
    statistics: { DataScannedInBytes: 4096 },
  },
  wrong: {
    statuses: [{ State: 'FAILED', StateChangeReason: "Column 'nothing_like_it' is not there" }],
  },
  endless: { statuses: [{ State: 'RUNNING' }] },
}

function rowsBetween(start: number, end: number): string[][] {
  return Array.from({ length: end - start }, (_, i) => [String(start + i)])
}

lakeContract('Athena', async (which) => {
  const athena = startAthena(plays[which])
  const open = () => createLake({ client: athena.client, ...where })
  return {
    lake: open(),
    sql: 'SELECT …',
    again: open,
    [Symbol.asyncDispose]: () => athena[Symbol.asyncDispose](),
  }
})

const two: Play['columns'] = [
  ['id', 'varchar'],
  ['n', 'bigint'],
]

async function answerTo(play: Play) {
  await using athena = startAthena(play)
  await using lake = createLake({ client: athena.client, ...where })
  return await ask(lake)
}

const ask = (lake: ReturnType<typeof createLake>, sql = 'SELECT 1', limits?: Partial<LakeLimits>) =>
  askLake(lake, { reader: 'operator', sql, limits })

async function failureOf(play: Play) {
  const thrown: unknown = await answerTo(play).catch((error) => error)
  return thrown as Error & Partial<Pick<AppError, 'code'> & Pick<StorageError, 'isRetriable'>>
}

describe('a query by Athena', () => {
  it('has the events of its tenant only', async () => {
    await using athena = startAthena({})
    await using lake = createLake({ client: athena.client, ...where })
    await lake.start({ reader: { tenantId: 'school' }, sql: 'SELECT 1 FROM events' })
    const [{ QueryString } = {}] = athena.bodiesOf('StartQueryExecution')
    expect(QueryString).toContain(`"nonius_test".events WHERE tenant_id = 'school'`)
  })

  it('has its times in the zone that is asked for, and no zone that there is not', async () => {
    const columns: Play['columns'] = [['x', 'timestamp']]
    const pages = [[['x'], ['2026-11-21 10:30:00.000']]]
    await using athena = startAthena({ columns, pages })
    await using lake = createLake({ client: athena.client, ...where })
    const query = { reader: 'operator', sql: 'SELECT 1 FROM events' } as const
    const { rows } = await askLake(lake, { ...query, timezone: 'europe/berlin' })
    expect(athena.bodiesOf('StartQueryExecution')[0]!.QueryString).toContain(
      `with_timezone(received_at, 'UTC') AT TIME ZONE 'Europe/Berlin' AS received_at`,
    )
    // A time without a zone is by the SQL's own making then.
    expect(rows).toEqual([['2026-11-21T10:30:00.000']])
    for (const timezone of ['Mars/Olympus', '', '+01:00', `a' OR 'a`]) {
      await expect(askLake(lake, { ...query, timezone })).rejects.toThrow('There is no time zone')
    }
  })

  it('is asked as it was written, in the workgroup and the database of the deployment', async () => {
    await using athena = startAthena({})
    await using lake = createLake({ client: athena.client, ...where })
    const { sql } = namedQueries[0]!
    await ask(lake, sql)
    expect(athena.bodiesOf('StartQueryExecution')).toMatchObject([
      {
        QueryString: sql,
        WorkGroup: 'nonius-test',
        QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: 'nonius_test' },
      },
    ])
  })

  it('waits until it has run', async () => {
    const statuses = [{ State: 'QUEUED' }, { State: 'RUNNING' }, { State: 'SUCCEEDED' }]
    const pages = [
      [
        ['id', 'n'],
        ['a', '1'],
      ],
    ]
    const { rows } = await answerTo({ statuses, columns: two, pages })
    expect(rows).toEqual([['a', 1]])
  })

  it('gives the rows of all pages, without the row that names the columns', async () => {
    const pages = [
      [
        ['id', 'n'],
        ['a', '1'],
      ],
      [['id', '2']],
      [['c', '3']],
    ]
    expect(await answerTo({ columns: two, pages })).toEqual({
      columns: [
        { name: 'id', type: 'varchar' },
        { name: 'n', type: 'bigint' },
      ],
      rows: [
        ['a', 1],
        ['id', 2],
        ['c', 3],
      ],
    })
  })

  it('keeps the first row of a statement whose result names no columns', async () => {
    const columns: Play['columns'] = [['tab_name', 'string']]
    const { rows } = await answerTo({ statementType: 'DDL', columns, pages: [[['tab_name']]] })
    expect(rows).toEqual([['tab_name']])
  })

  const values: [type: string, text: string | null, value: unknown][] = [
    ['varchar', 'a', 'a'],
    ['varchar', '', ''],
    ['varchar', '12', '12'],
    ['varchar', null, null],
    ['bigint', null, null],
    ['bigint', '9007199254740991', 9007199254740991],
    ['bigint', '9007199254740993', 9007199254740993n],
    ['integer', '-7', -7],
    ['double', '94.1', 94.1],
    ['double', '1.0E-4', 0.0001],
    ['double', 'NaN', 'NaN'],
    ['double', 'Infinity', 'Infinity'],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['date', '2026-11-21', '2026-11-21'],
    ['timestamp', '2026-11-21 09:30:00.000', '2026-11-21T09:30:00.000Z'],
    ['timestamp', '2026-11-21 09:30:00.120', '2026-11-21T09:30:00.120Z'],
    ['timestamp', '2026-11-21 09:30:00.120001', '2026-11-21T09:30:00.120001Z'],
    ['timestamp', '2026-11-21 09:30:10', '2026-11-21T09:30:10.000Z'],
    ['timestamp with time zone', '2026-11-21 09:30:00.000 UTC', '2026-11-21T09:30:00.000Z'],
    ['timestamp with time zone', '2026-11-21 10:30:00.000 +01:00', '2026-11-21T09:30:00.000Z'],
    ['timestamp with time zone', '2026-11-21 05:45:00.5 -03:45', '2026-11-21T09:30:00.500Z'],
    [
      'timestamp with time zone',
      '2026-11-21 10:30:00.000 Europe/Berlin',
      '2026-11-21T09:30:00.000Z',
    ],
    [
      'timestamp with time zone',
      '2026-07-21 11:30:00.000 Europe/Berlin',
      '2026-07-21T09:30:00.000Z',
    ],
    // The clocks show this hour twice, and the first is taken.
    [
      'timestamp with time zone',
      '2026-10-25 02:30:00.000 Europe/Berlin',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'timestamp with time zone',
      '2026-10-25 03:00:00.000 Europe/Berlin',
      '2026-10-25T02:00:00.000Z',
    ],
    ['timestamp with time zone', '2026-11-21 09:30:00 Nowhere', '2026-11-21 09:30:00 Nowhere'],
    ['array', '[a, b, c]', '[a, b, c]'],
    ['json', '["a, b","c"]', ['a, b', 'c']],
    ['decimal', '0.10', '0.10'],
  ]
  for (const [type, text, value] of values) {
    it(`gives ${text === null ? 'nothing' : JSON.stringify(text)} of type ${type} as ${jsonText(value)}`, async () => {
      const pages = [[['x'], [text]]]
      expect((await answerTo({ columns: [['x', type]], pages })).rows).toEqual([[value]])
    })
  }
})

describe('a query that Athena does not answer', () => {
  const wrong = "line 1:8: Column 'nothing' cannot be resolved"
  const refused: [what: string, play: Play, message: string | RegExp][] = [
    ['cannot be parsed', { refusal: ['InvalidRequestException', wrong] }, wrong],
    [
      'fails by its own fault',
      { statuses: [{ State: 'FAILED', AthenaError: { ErrorCategory: 2, ErrorMessage: wrong } }] },
      wrong,
    ],
    [
      'fails without an error of its own',
      { statuses: [{ State: 'FAILED', StateChangeReason: wrong }] },
      wrong,
    ],
    [
      'would read too much',
      {
        statuses: [{ State: 'CANCELLED', StateChangeReason: 'Bytes scanned limit was exceeded' }],
      },
      /more than the workgroup allows. Narrow it to fewer days/,
    ],
    [
      'was stopped by somebody',
      { statuses: [{ State: 'CANCELLED', StateChangeReason: 'by user' }] },
      'The query was stopped: by user',
    ],
  ]
  for (const [what, play, message] of refused) {
    it(`is a request that cannot be served when it ${what}`, async () => {
      const error = await failureOf(play)
      expect(error.code).toBe('invalid_request')
      expect(error.message).toMatch(message)
    })
  }

  const system = { ErrorCategory: 1, ErrorMessage: 'internal' }
  const failed: [what: string, play: Play, isRetriable: boolean][] = [
    ['asked too often', { refusal: ['TooManyRequestsException', 'slow down'] }, true],
    ['its right missing', { refusal: ['AccessDeniedException', 'no'] }, false],
    [
      'broken for a moment',
      { statuses: [{ State: 'FAILED', AthenaError: { ...system, Retryable: true } }] },
      true,
    ],
    [
      'broken',
      { statuses: [{ State: 'FAILED', AthenaError: { ...system, Retryable: false } }] },
      false,
    ],
  ]
  for (const [what, play, isRetriable] of failed) {
    it(`is a failure of the store, ${isRetriable ? '' : 'not '}retriable, with Athena ${what}`, async () => {
      const { name, isRetriable: retriable } = await failureOf(play)
      expect([name, retriable]).toEqual(['StorageError', isRetriable])
    })
  }

  it('is stopped after its time, and says so', async () => {
    await using athena = startAthena({ statuses: [{ State: 'RUNNING' }] })
    await using lake = createLake({ client: athena.client, ...where })
    const error = await ask(lake, 'SELECT 1', { ms: 100 }).catch((thrown) => thrown)
    expect(error.code).toBe('invalid_request')
    expect(error.message).toContain('stopped after 0.1 s')
    expect(athena.bodiesOf('StopQueryExecution')).toEqual([{ QueryExecutionId: 'q-1' }])
  })

  it('is stopped when whoever waits for it gives up', async () => {
    await using athena = startAthena({ statuses: [{ State: 'RUNNING' }] })
    await using lake = createLake({ client: athena.client, ...where })
    const person = new AbortController()
    const query = { reader: 'operator', sql: 'SELECT 1' } as const
    const answer = askLake(lake, query, { signal: person.signal }).catch((thrown) => thrown)
    while (athena.bodiesOf('GetQueryExecution').length === 0) await Bun.sleep(1)
    person.abort(new Error('Ctrl-C'))
    expect((await answer).message).toBe('Ctrl-C')
    expect(athena.bodiesOf('StopQueryExecution')[0]).toEqual({ QueryExecutionId: 'q-1' })
  })

  it('is unknown when Athena has forgotten it', async () => {
    await using athena = startAthena({})
    await using lake = createLake({ client: athena.client, ...where })
    const id = await lake.start({ reader: 'operator', sql: 'SELECT 1' })
    const forgotten = () => () => {
      const message = 'QueryExecution q-1 was not found'
      throw new InvalidRequestException({ message, $metadata: { httpStatusCode: 400 } })
    }
    athena.client.middlewareStack.add(forgotten, { step: 'initialize' })
    const error = await lake.poll('operator', id).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'not_found' })
  })

  it('is not started a second time when the reply to its start was lost', async () => {
    await using athena = startAthena({})
    withFaults(athena.client, (command, nth) =>
      command === 'StartQueryExecutionCommand' && nth === 1 ? 'lost-reply' : undefined,
    )
    await using lake = createLake({ client: athena.client, ...where })
    await ask(lake)
    const starts = athena.bodiesOf('StartQueryExecution')
    expect(starts).toHaveLength(2)
    expect(starts[0]!.ClientRequestToken).toBeString()
    expect(starts[1]).toEqual(starts[0]!)
  })
})
