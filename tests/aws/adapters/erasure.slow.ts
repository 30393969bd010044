import { afterAll, describe, expect, it } from 'bun:test'
import { gunzipSync, inflateRawSync } from 'node:zlib'
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { type S3Client as Client, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { createTombstones } from '../../../src/governance/tombstones/tombstones'
import { createBlobStore } from '../../../src/platform/aws/blob-store'
import { openLogged } from '../../../src/platform/aws/delivery-log'
import { tables } from '../../../src/platform/aws/deployed/tables'
import { createDocumentStore } from '../../../src/platform/aws/document-store'
import { createEventStore } from '../../../src/platform/aws/event-store'
import { packBody, unpackBody } from '../../../src/platform/aws/events/body'
import { readingWith } from '../../../src/platform/aws/events/committed'
import { createItems } from '../../../src/platform/aws/events/item'
import { keyOf } from '../../../src/platform/aws/events/keys'
import { eraseFromFailed } from '../../../src/platform/aws/lambda/erase-from-failed'
import { createQuarantineStore } from '../../../src/platform/aws/quarantine-store'
import { createStatementStore } from '../../../src/platform/aws/statement-store'
import { unpackBody as unpackStatement } from '../../../src/platform/aws/statements/body'
import type { LakeErasureState } from '../../../src/platform/lake-erasures'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { createSecretBox } from '../../../src/platform/shared/secret-box'
import { createErasures } from '../../../src/privacy/erasures/erasures'
import { failedBatchesPlace } from '../../../src/privacy/erasures/places/stores'
import { staffKey } from '../../../src/rosters/keys'
import { stateShelf } from '../../../src/statements/document-places'
import { silentLog as log } from '../../../src/telemetry/log'
import {
  aDynamoDbClient,
  freshBucket,
  freshTable,
  ministackSettings,
} from '../../support/aws/emulators'
import { anItem } from '../../support/aws/quarantine'
import { anSqsClient, freshQueue } from '../../support/aws/queues'
import { aRunningClock } from '../../support/clock'
import { aDelivery } from '../../support/deliveries'
import { aRecord } from '../../support/records'
import { aStatement } from '../../support/statements'

const CANARY = 'canary-on-aws'
const tenantId = 'school'
const indexes = tables.events.indexes.map(({ name }) => name)

/** Every store of a deployment over emulators, and the erasures that a function carries on. */
async function scene() {
  const clock = aRunningClock()
  const [dynamo, sqs] = [await aDynamoDbClient(), await anSqsClient()]
  const s3 = new S3Client({ ...(await ministackSettings()), forcePathStyle: true })
  const bucket = await freshBucket(s3)
  const blobs = createBlobStore({ client: s3, bucket })
  const tokens = async () => createTokenSigner(new Uint8Array(32).fill(1))
  const box = async () => createSecretBox(new Uint8Array(32).fill(2))
  const shapes = ['events', 'documents', 'quarantine', 'statements', 'deliveries'] as const
  const names: string[] = []
  for (const shape of shapes) names.push(await freshTable(dynamo, shape))
  const [events, documents, quarantine, statements, deliveries] = names as [string, ...string[]]
  const given = { client: dynamo, blobs, tokens, clock }
  const stores = {
    events: createEventStore({ ...given, table: events, indexes }),
    documents: createDocumentStore({ ...given, table: documents! }),
    quarantine: createQuarantineStore({ ...given, table: quarantine! }),
    statements: createStatementStore({
      ...{ ...given, table: statements!, maxReferrers: Number.POSITIVE_INFINITY },
    }),
    deliveries: openLogged({
      ...{ sqs, queueUrl: await freshQueue(sqs), dynamo, table: deliveries!, clock, tokens },
    }),
  }
  const { recordOf } = readingWith(
    { client: dynamo, table: events },
    createItems({ indexes, blobs }),
  )
  const lake = { asked: [] as string[], state: { status: 'waiting', found: 0 } as LakeErasureState }
  const tombstones = createTombstones({
    ...{ documents: stores.documents, box, clock },
    setHasTombstones: async () => {},
  })
  const erasures = createErasures({
    ...{ documents: stores.documents, box, tombstones, clock, log },
    typeCounts: { read: async () => [] },
    registry: { sources: { list: async () => [] } },
    holders: {
      ...{ ...stores, blobs, spill: blobs, lake: {} as never },
      lakeErasures: {
        async request(_, { actorIds }) {
          lake.asked = [...actorIds]
        },
        state: async () => lake.state,
        // The lake here is none that can be asked.
        idQueries: async () => [],
      },
      firstPlaces: [
        failedBatchesPlace({
          erase: (tenant, erasure) => eraseFromFailed({ blobs, recordOf }, tenant, erasure),
        }),
      ],
    },
    ...{ runs: false, graceMs: 0, remains: [] },
    personal: () => Promise.reject(new Error('nobody is anonymised')),
  })
  return { ...stores, dynamo, s3, bucket, names, blobs, lake, erasures, recordOf }
}

/** Everything that tables and a bucket hold, unpacked, as texts by place. */
async function everything(
  at: { dynamo: DynamoDBClient; s3: Client; bucket: string; names: string[] } & {
    blobs: { get(key: string): Promise<Uint8Array | undefined> }
  },
): Promise<string[]> {
  const texts: string[] = []
  for (const TableName of at.names) {
    const { Items = [] } = await at.dynamo.send(new ScanCommand({ TableName }))
    for (const item of Items) {
      texts.push(
        JSON.stringify(item, (_, value) =>
          value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
        ),
      )
      for (const { B } of Object.values(item)) if (B !== undefined) texts.push(unpacked(B))
    }
  }
  const { Contents = [] } = await at.s3.send(new ListObjectsV2Command({ Bucket: at.bucket }))
  for (const { Key } of Contents) {
    const bytes = (await at.blobs.get(Key!)) ?? new Uint8Array()
    texts.push(Key!, Buffer.from(bytes).toString('latin1'), unpacked(bytes))
  }
  return texts
}

/** Unpacks bytes by each of our forms that they may have. */
function unpacked(bytes: Uint8Array): string {
  const forms = [
    () => JSON.stringify(unpackBody(bytes, tenantId)),
    () => JSON.stringify(unpackStatement(bytes)),
    () => inflateRawSync(bytes).toString(),
    () => gunzipSync(bytes).toString(),
  ]
  const texts = forms.map((form) => {
    try {
      return form()
    } catch {
      return ''
    }
  })
  return texts.join('')
}

const opened = await scene()
afterAll(() => {
  opened.dynamo.destroy()
  opened.s3.destroy()
})

describe('an erasure on AWS', () => {
  const of = (actorId: string, more: object = {}) =>
    aRecord({
      tenantId,
      actorId,
      raw: JSON.stringify({ actor: actorId, n: Math.random() }),
      ...more,
    })

  it('leaves no byte of a learner in any table or bucket, and takes nobody else with it', async () => {
    const { events, documents, quarantine, statements, deliveries, blobs, lake, erasures } = opened
    const large = (actor: string) =>
      JSON.stringify({
        actor,
        text: Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)))
          .toString('hex')
          .repeat(8),
      })
    const theirs = [of(CANARY), of('bob', { raw: JSON.stringify({ helped: [CANARY] }) })]
    const others = [of(`${CANARY}2`), of('bob'), of(CANARY, { tenantId: 'other' })]
    await events.append([...theirs, ...others, of(CANARY, { raw: large(CANARY) })])
    const item = (number: number, id: string) => anItem(number, { raw: JSON.stringify({ id }) })
    await quarantine.put([item(1, CANARY), item(2, 'bob')])
    const said = (agent: string) => ({ said: { agent, verb: 'seen' }, text: { actor: agent } })
    await statements.add([aStatement(1, said(CANARY)), aStatement(2, said('bob'))])
    await deliveries.enqueue([
      aDelivery({ tenantId, eventIds: [theirs[0]!.eventId] }),
      aDelivery({ tenantId, eventIds: [others[0]!.eventId] }),
    ])
    const content = { bytes: Buffer.from('{"page":3}'), contentType: 'application/json' }
    await documents.put(tenantId, [...stateShelf(CANARY, 'urn:c').prefix, 'x'], content)
    const named = Buffer.from(JSON.stringify({ userId: CANARY, pad: 'x'.repeat(20_000) }))
    await documents.put(tenantId, ['sessions', 'y'], { ...content, bytes: named })
    await documents.put(tenantId, ['sessions', 'z'], content)
    const staff = Buffer.from('{"teaches":["c1"],"manages":[]}')
    await documents.put(tenantId, staffKey(CANARY), { ...content, bytes: staff })
    await documents.put(tenantId, staffKey(`${CANARY}2`), { ...content, bytes: staff })
    const change = (record: (typeof theirs)[0]) => ({
      eventName: 'INSERT',
      dynamodb: {
        SequenceNumber: record.eventId,
        NewImage: {
          k: { S: keyOf(record.tenantId, record.eventId) },
          b: { B: Buffer.from(packBody(record)).toString('base64') },
        },
      },
    })
    const batch = (...records: typeof theirs) =>
      Buffer.from(JSON.stringify({ payload: JSON.stringify({ Records: records.map(change) }) }))
    await blobs.put('aws/lambda/m/s/1', batch(theirs[0]!, others[1]!))
    await blobs.put('aws/lambda/m/s/2', batch(theirs[0]!))

    const countIn = async (text: string) =>
      (await everything(opened)).filter((one) => one.includes(text)).length
    const others2 = await countIn(`${CANARY}2`)
    expect(await countIn(CANARY)).toBeGreaterThan(others2 + 5)

    const subject = { actorIds: [CANARY] }
    const asked = { subject, mode: 'delete', reason: 'r', by: 'key_1', isDryRun: false } as const
    const { erasureId } = await erasures.begin(tenantId, asked)
    const whose = { tenantId, erasureId }
    // The lake's job comes with the night: nothing is certified before.
    await erasures.carryOn(60_000)
    expect(await erasures.get(whose)).toMatchObject({ status: 'running', phase: 'places' })
    expect(lake.asked).toEqual([CANARY])
    lake.state = { ...lake.state, status: 'deleted', found: 4, landedBy: '2026-12-03' }
    await erasures.carryOn(60_000)
    const done = await erasures.get(whose)
    expect(done).toMatchObject({ status: 'done' })
    expect(Object.fromEntries(done!.places.map(({ place, removed }) => [place, removed]))).toEqual({
      ...{ spill: 0, 'failed-batches': 2, events: 3, lake: 4, deliveries: 1, statements: 1 },
      ...{ attachments: 0, rosters: 1, documents: 2, quarantine: 1 },
    })
    expect(await erasures.certificate(whose)).toMatchObject({
      certificate: {
        places: expect.arrayContaining([expect.objectContaining({ goneBy: '2026-12-03' })]),
      },
    })
    // Those of the other tenant and of the neighbour are all that is left.
    const left = (await everything(opened)).filter(
      (one) =>
        one.includes(CANARY) && !one.includes(`${CANARY}2`) && !one.includes(others[2]!.eventId),
    )
    expect(left).toEqual([])
    expect(await events.get('other', others[2]!.eventId)).toBeDefined()
    expect(await countIn(`${CANARY}2`)).toBe(others2)
    // Bodies in batches stand in base64.
    expect(await blobs.get('aws/lambda/m/s/2')).toBeUndefined()
    const { payload } = JSON.parse(Buffer.from((await blobs.get('aws/lambda/m/s/1'))!).toString())
    const { Records } = JSON.parse(payload) as {
      Records: { dynamodb: { SequenceNumber: string } }[]
    }
    expect(Records.map(({ dynamodb }) => dynamodb.SequenceNumber)).toEqual([others[1]!.eventId])
  }, 120_000)
})
