import { afterAll, describe, expect, it } from 'bun:test'
import { boundedFirst } from '../../src/platform/local/lake/bounded'
import { type Execute, executeWith } from '../../src/platform/local/lake/execute'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { temporaryFolder } from '../support/folders'

const folder = temporaryFolder()
const ducks = [
  createDuck({ memoryLimit: '64MiB', spillTo: `${folder.path}/spilled` }),
  createDuck(),
] as const
afterAll(async () => {
  for (const duck of ducks) await duck[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

const [bounded, free] = ducks.map((duck) => executeWith({ folder: folder.path, duck })) as [
  Execute,
  Execute,
]
const never: Execute = () => Promise.reject(new Error('asked without bounds'))

async function answer(execute: Execute, sql: string) {
  await using execution = await execute({ sql }, new AbortController().signal)
  const rows: unknown[][] = []
  for await (const chunk of execution.chunks) rows.push(...chunk)
  return rows
}

// A list of eight million numbers is one value of 64 MB.
const LIST = 'SELECT len(list(i)) FROM range(8000000) AS one (i)'
const SORTED =
  'SELECT max(place) FROM (SELECT row_number() OVER (ORDER BY hash(i)) AS place FROM range(3000000) AS one (i))'

// On a machine that is busy otherwise.
const PATIENCE_MS = 30_000

describe('a query that needs more memory than its bound', () => {
  it(
    'goes to the disk where it can',
    async () => {
      expect(await answer(boundedFirst({ bounded, free: never }), SORTED)).toEqual([[3_000_000]])
    },
    PATIENCE_MS,
  )

  it(
    'is asked without bounds where it cannot',
    async () => {
      await expect(answer(bounded, LIST)).rejects.toThrow('Out of Memory Error')
      expect(await answer(boundedFirst({ bounded, free }), LIST)).toEqual([[8_000_000]])
    },
    PATIENCE_MS,
  )

  it('fails at once for any other reason', async () => {
    const asked = answer(boundedFirst({ bounded, free: never }), 'SELECT nothing')
    await expect(asked).rejects.toThrow('Binder Error')
  })
})
