import { afterAll, beforeAll, expect, it, setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import {
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { DuckDBInstance } from '@duckdb/node-api'
import { Webhook } from 'standardwebhooks'
import {
  type Emulator,
  emulated,
  startDynamoDb,
  startMinistack,
} from '../../../tools/aws-local/emulators/start'
import { eventually } from '../../support/aws/deployment'
import { aReceiver } from '../../support/deliveries'
import { anEnvelope, anEvent } from '../../support/envelopes'
import { temporaryFolder } from '../../support/folders'
import { type Program, repository, start } from '../../support/program'

setDefaultTimeout(300_000) // two starts of everything, on whatever machine

const key = 'nk_demo_of_the_walk'

// Its own: what other files of the run deploy has the same names.
let dynamoDb: Emulator
let ministack: Emulator
beforeAll(async () => {
  ;[dynamoDb, ministack] = await Promise.all([startDynamoDb(), startMinistack()])
})
afterAll(async () => {
  await dynamoDb[Symbol.asyncDispose]()
  await ministack[Symbol.asyncDispose]()
})

/** The deployment in a process of its own, over emulators that outlive it. */
async function startHost(stateDir: string): Promise<{ host: Program; url: string }> {
  const { EMULATORS_DIR = '' } = process.env
  const over = ['--dynamodb', dynamoDb.endpoint, '--ministack', ministack.endpoint]
  const options = ['--port', '0', '--state', stateDir, '--visibility', '5']
  const program = join(repository, 'tools/aws-local/aws-local.ts')
  const host = start([process.execPath, program, ...options, ...over], {
    env: { EMULATORS_DIR, NONIUS_DEMO_KEY: key, NONIUS_ALLOW_PRIVATE_WEBHOOKS: '1' },
  })
  const said = await host.says(/ws:\/\/\S+/)
  return { host, url: /http:\/\/127\.0\.0\.1:\d+/.exec(said)![0] }
}

function call(url: string, path: string, body: object): Promise<Response> {
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
  return fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Sends until it is stopped, or nobody answers. @returns ids of what was acknowledged */
async function sendUntil(url: string, isOver: (acknowledged: string[]) => boolean) {
  const acknowledged: string[] = []
  while (!isOver(acknowledged)) {
    const events = Array.from({ length: 5 }, () => anEvent())
    const reply = await call(url, '/caliper/v1p2/events', anEnvelope(events)).catch(() => undefined)
    if (!reply?.ok) break
    acknowledged.push(...events.map(({ id }) => id))
  }
  return acknowledged
}

/** What an analyst would find: ids by SQL over the Parquet that Firehose wrote. */
async function archivedIds(folder: string): Promise<string[]> {
  const { credentials, region } = emulated
  const { endpoint } = ministack
  const s3 = new S3Client({ credentials, region, endpoint, forcePathStyle: true })
  const { Buckets = [] } = await s3.send(new ListBucketsCommand())
  const Bucket = Buckets.find(({ Name }) => Name?.includes('lakebucket'))?.Name
  const found: string[] = []
  let ContinuationToken: string | undefined
  do {
    const list = new ListObjectsV2Command({ Bucket, Prefix: 'events/', ContinuationToken })
    const { Contents = [], NextContinuationToken } = await s3.send(list)
    found.push(...Contents.map(({ Key }) => Key!))
    ContinuationToken = NextContinuationToken
  } while (ContinuationToken)
  for (const Key of found) {
    const file = Bun.file(join(folder, Key))
    if (await file.exists()) continue
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    await Bun.write(file, await Body!.transformToByteArray())
  }
  if (found.length === 0) return []
  const duck = await (await DuckDBInstance.create()).connect()
  const files = `read_parquet('${folder}/events/*/*/*/*.parquet')`
  const rows = await duck.runAndReadAll(`SELECT DISTINCT event_id FROM ${files}`)
  return rows.getRows().map(([id]) => String(id))
}

it('brings every acknowledged event to the lake and to the webhook, though the host is killed between', async () => {
  using folder = temporaryFolder()
  await using receiver = aReceiver()
  const first = await startHost(join(folder.path, 'state'))
  const settings = { name: 'All', targetUrl: receiver.url, events: ['*'] }
  const { secret } = (await (await call(first.url, '/webhooks', settings)).json()) as {
    secret: string
  }
  const verifier = new Webhook(secret)

  // Killed in the middle of a request, with batches and deliveries in hand.
  const sending = sendUntil(first.url, () => false)
  await eventually(() => receiver.received.length > 0)
  first.host.signal('SIGKILL')
  const before = await sending
  expect(before.length).toBeGreaterThan(0)

  const second = await startHost(join(folder.path, 'state'))
  const after = await sendUntil(second.url, (acknowledged) => acknowledged.length >= 20)
  const acknowledged = [...before, ...after]

  const missing = (held: Iterable<string>) => acknowledged.filter((id) => !new Set(held).has(id))
  const delivered = () =>
    receiver.received.flatMap(({ headers, body }) => {
      const { data } = verifier.verify(body, headers) as { data: { id: string }[] }
      return data.map(({ id }) => id)
    })
  await eventually(() => missing(delivered()).length === 0)
  await eventually(async () => missing(await archivedIds(folder.path)).length === 0)
  second.host.signal('SIGTERM')
  expect((await second.host.finished).exitCode).toBe(0)
})
