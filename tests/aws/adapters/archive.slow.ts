import { expect, it } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { columns } from '../../../src/event/columns'
import { createArchive } from '../../../src/platform/aws/archive'
import { glueTable } from '../../../src/platform/aws/lake/glue-table'
import { createDuck, duckTypes, inUtc } from '../../../src/platform/local/parquet/duck'
import { eventsView } from '../../../src/platform/shared/events-view'
import { archiveContract } from '../../contracts/archive.contract'
import { freshDeliveryStreams } from '../../support/aws/delivery-streams'
import { withFaults } from '../../support/aws/faults'
import { memoryBlobs } from '../../support/blobs'
import { temporaryFolder } from '../../support/folders'
import { lakeOf } from '../../support/lake'
import { aBatch, aRecord } from '../../support/records'

type Streams = Awaited<ReturnType<typeof freshDeliveryStreams>>

/** Resolves when every record that Firehose has taken is an object: the emulator answers first. */
async function delivered({ list }: Streams, taken: number) {
  for (;;) {
    const keys = [...(await list('events/')), ...(await list('errors/'))]
    if (keys.length >= taken) return keys.filter((key) => key.startsWith('events/'))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The table of the Glue catalogue over some files, and the view that people ask. */
function viewsOf(folder: string | undefined): string {
  // What Firehose writes has no zone, and Athena's answers name that of its session, which is UTC.
  const names = glueTable({ bucket: 'lake' }).columns.map(({ name, type }) =>
    type === 'timestamp' ? `${inUtc(name)} AS ${name}` : name,
  )
  const typed = columns.map(({ name, type }) => `NULL::${duckTypes[type]} AS ${name}`)
  const archive = folder
    ? `SELECT ${names}, retention_class, day FROM read_parquet('${folder}/*/*/*/*.parquet',
         hive_types = { retention_class: VARCHAR, day: VARCHAR })`
    : `SELECT ${typed}, NULL::VARCHAR AS day WHERE false`
  return `CREATE OR REPLACE TEMP VIEW archive AS ${archive};
    CREATE OR REPLACE TEMP VIEW events AS ${eventsView}`
}

/** How many records a client has handed over. */
function counting(client: Streams['firehose']): () => number {
  let taken = 0
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { Records = [] } = args.input as { Records?: unknown[] }
      const { FailedPutCount = 0 } = result.output as { FailedPutCount?: number }
      taken += Records.length - FailedPutCount
      return result
    },
    { step: 'initialize' },
  )
  return () => taken
}

async function anArchive() {
  const at = await freshDeliveryStreams()
  const taken = counting(at.firehose)
  const root = temporaryFolder()
  const folder = join(root.path, 'events')
  const duck = createDuck()
  const lake = lakeOf({ folder, duck })

  async function download(): Promise<number> {
    const keys = await delivered(at, taken())
    for (const key of keys) {
      const file = join(root.path, key)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, await at.read(key))
    }
    return keys.length
  }

  return {
    ...at,
    archive: createArchive({
      client: at.firehose,
      streams: at.streams,
      blobs: memoryBlobs(),
    }),
    lake: {
      ...lake,
      async query(sql: string) {
        const isEmpty = (await download()) === 0
        return lake.query(`${viewsOf(isEmpty ? undefined : folder)}; ${sql}`)
      },
    },
    files: async () => (await delivered(at, taken())).map((key) => key.replace(/^events\//, '')),
    async [Symbol.asyncDispose]() {
      await duck[Symbol.asyncDispose]()
      root[Symbol.dispose]()
    },
  }
}

archiveContract(
  'Firehose',
  { isByReceipt: false, holdsLarge: false, canErase: false },
  async () => {
    const at = await anArchive()
    return { ...at, list: at.files }
  },
)

const faults = ['throttled', 'lost-reply', 'unreachable', 'broken'] as const
for (const fault of faults) {
  it(`archives on Firehose though it was ${fault} once`, async () => {
    await using at = await anArchive()
    withFaults(at.firehose, (_, nth) => (nth === 1 ? fault : undefined))
    const record = aRecord()
    await at.archive.write(aBatch('b', [record]))
    const { rows } = await at.lake.query('SELECT DISTINCT event_id FROM events')
    expect(rows).toEqual([[record.eventId]])
  })
}

it('does not take a batch for archived when the credentials have expired', async () => {
  await using at = await anArchive()
  withFaults(at.firehose, () => 'expired-token')
  const error = await at.archive.write(aBatch('b', [aRecord()])).catch((thrown) => thrown)
  expect(error).toMatchObject({ name: 'StorageError', isRetriable: true })
})
