import { describe, expect, it } from 'bun:test'
import { DeleteMessageCommand, PurgeQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { createReplayWakes } from '../../../src/platform/aws/deliveries/replay-wakes'
import { openLogged } from '../../../src/platform/aws/delivery-log'
import { tables } from '../../../src/platform/aws/deployed/tables'
import { createDocumentStore } from '../../../src/platform/aws/document-store'
import { createEventStore } from '../../../src/platform/aws/event-store'
import { createDeliverHandler } from '../../../src/platform/aws/lambda/deliver-handler'
import type { Lake } from '../../../src/platform/lake'
import { openArchive } from '../../../src/platform/local/archive'
import { lakeFolder, openLake } from '../../../src/platform/local/lake'
import { createTokenSigner } from '../../../src/platform/shared/page-token'
import { silentLog as log } from '../../../src/telemetry/log'
import { replaysByMessages } from '../../../src/webhooks/replays/by-messages'
import { createReplays } from '../../../src/webhooks/replays/replays'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { anSqsClient, freshQueue } from '../../support/aws/queues'
import { memoryBlobs } from '../../support/blobs'
import { aRunningClock } from '../../support/clock'
import { aRegistry } from '../../support/deliveries'
import { temporaryFolder } from '../../support/folders'
import { aBatch, aRecord } from '../../support/records'
import { aWebhook } from '../../support/webhooks'

const DAY_MS = 24 * 60 * 60 * 1000
const tenantId = 'school'
const webhook = aWebhook({ tenantId, webhookId: 'whk_1', events: ['*'] })
const whoseOf = (replayId: string) => ({ tenantId, webhookId: 'whk_1', replayId })
const indexes = tables.events.indexes.map(({ name }) => name)

/** A lake that is asked again, as Athena is; it has what was archived into a folder. */
function askedAgain(lake: Lake): Lake {
  const asked = new Set<string>()
  return {
    ...lake,
    isImmediate: false,
    async poll(reader, id) {
      if (asked.has(id)) return lake.poll(reader, id)
      asked.add(id)
      return { status: 'running' }
    },
  }
}

/** The function that delivers, as Lambda calls it, and what the API does about replays. */
async function scene() {
  const held = new AsyncDisposableStack()
  const clock = aRunningClock()
  const folder = held.use(temporaryFolder())
  const [dynamo, sqs] = [await aDynamoDbClient(), await anSqsClient()]
  const [table, queueUrl] = [await freshTable(dynamo, 'deliveries'), await freshQueue(sqs)]
  const tokens = async () => createTokenSigner(new Uint8Array(32).fill(1))
  const blobs = memoryBlobs()
  const given = { client: dynamo, blobs, tokens, clock }
  const events = createEventStore({ ...given, table: await freshTable(dynamo, 'events'), indexes })
  const documents = createDocumentStore({ ...given, table: await freshTable(dynamo, 'documents') })
  const deliveries = openLogged({ sqs, queueUrl, dynamo, table, clock, tokens })
  const lake = askedAgain(held.use(openLake(folder.path)))
  const wakeReplay = createReplayWakes({ sqs, queueUrl })
  const platform = { events, documents, deliveries, lake, wakeReplay, registry: aRegistry(webhook) }
  const needs = { clock, log, hiddenBefore: async () => undefined }
  const replays = createReplays(platform as never, { ...needs, config: { hotTtlDays: 30 } })
  const sent: string[][] = []
  const handle = createDeliverHandler({
    deliveries,
    carryOn: replaysByMessages(platform as never, { ...needs, hotTtlDays: 30 }),
    async deliver({ deliveryId, eventIds }) {
      sent.push(eventIds)
      await deliveries.done(deliveryId)
      return 'ended'
    },
    log,
  })

  /** Calls the function with what rings. @returns how many messages that were */
  async function ring(): Promise<number> {
    const input = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(input))
    const Records = Messages.map(({ MessageId, ReceiptHandle, Body }) => {
      return { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body }
    })
    const { batchItemFailures } = await handle({ Records } as SQSEvent)
    const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    for (const { MessageId, ReceiptHandle } of Messages) {
      if (failed.includes(MessageId!)) continue
      // That of a delivery is deleted with it.
      const deletion = new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle })
      await sqs.send(deletion).catch(() => {})
    }
    return Messages.length
  }

  async function lose() {
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }))
  }

  async function archive(records: ReturnType<typeof aRecord>[]) {
    await using opened = openArchive({ folder: lakeFolder(folder.path), log })
    await opened.write(aBatch('b', records))
  }

  const dispose = held.move()
  return {
    ...{ clock, events, replays, sent, ring, archive, wakeReplay, lose },
    [Symbol.asyncDispose]: () => dispose.disposeAsync(),
  }
}

function arrivals(count: number, from: number) {
  return Array.from({ length: count }, (_, at) => {
    const receivedAt = new Date(from + at * 1000).toISOString()
    const expiresAt = new Date(from + 30 * DAY_MS).toISOString()
    return aRecord({ tenantId, receivedAt, expiresAt, occurredAt: '2026-11-15T10:15:00.000Z' })
  })
}

const ids = (records: { eventId: string }[]) => records.map(({ eventId }) => eventId)

describe('A replay that messages carry on', () => {
  it('sends what the lake has in order, then what the hot store has, each once', async () => {
    await using test = await scene()
    const now = test.clock.now().getTime()
    const [old, recent] = [arrivals(250, now - 60 * DAY_MS), arrivals(30, now - DAY_MS)]
    await test.archive([...old, ...recent])
    await test.events.append(recent)
    const from = new Date(now - 61 * DAY_MS).toISOString()
    const { replayId } = await test.replays.begin(webhook, { from })
    // A second message does nothing that the first does.
    await test.wakeReplay(whoseOf(replayId))
    while ((await test.ring()) > 0);
    const done = await test.replays.get(whoseOf(replayId))
    expect(done).toMatchObject({ status: 'done', read: 280, matched: 280, queued: 4 })
    const archived = test.sent.filter((some) => some.includes(old[0]!.eventId) || some.length > 30)
    expect(archived.flat().toSorted()).toEqual(ids(old).toSorted())
    expect(test.sent.flat().toSorted()).toEqual(ids([...old, ...recent]).toSorted())
  })

  it('stops while it is paused, and goes on when it is resumed', async () => {
    await using test = await scene()
    const now = test.clock.now().getTime()
    const recent = arrivals(10, now - DAY_MS)
    await test.events.append(recent)
    const from = new Date(now - 2 * DAY_MS).toISOString()
    const { replayId } = await test.replays.begin(webhook, { from })
    await test.replays.steer(whoseOf(replayId), 'pause')
    while ((await test.ring()) > 0);
    expect(test.sent).toEqual([])
    await test.replays.steer(whoseOf(replayId), 'resume')
    while ((await test.ring()) > 0);
    expect(test.sent.flat().toSorted()).toEqual(ids(recent).toSorted())
    expect((await test.replays.get(whoseOf(replayId)))?.status).toBe('done')
  })

  it('goes on when its message was lost, once somebody looks at it', async () => {
    await using test = await scene()
    const now = test.clock.now().getTime()
    const recent = arrivals(10, now - DAY_MS)
    await test.events.append(recent)
    const from = new Date(now - 2 * DAY_MS).toISOString()
    const { replayId } = await test.replays.begin(webhook, { from })
    await test.lose()
    expect((await test.replays.get(whoseOf(replayId)))?.status).toBe('running')
    expect(await test.ring()).toBe(0)
    test.clock.advance(60_000)
    await test.replays.get(whoseOf(replayId))
    while ((await test.ring()) > 0);
    expect(test.sent.flat().toSorted()).toEqual(ids(recent).toSorted())
  })
})
