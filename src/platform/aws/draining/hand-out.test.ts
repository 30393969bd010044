import { expect, it } from 'bun:test'
import { SQSClient } from '@aws-sdk/client-sqs'
import { withAnswers } from '../../../../tests/support/aws/faults'
import { memoryBlobs } from '../../../../tests/support/blobs'
import { handOut } from './hand-out'
import { createDrainQueue } from './queue'
import { readWork, type Work, writeWork } from './work'

const now = new Date('2026-11-21T10:30:00.000Z')
const places = {
  ...{ spill: 'spill/', lanes: 256, batches: 'aws/lambda/' },
  ...{ changes: 'failed/', unconverted: 'errors/' },
}

/** Hands out what lies there. @returns what was sent, and what is told */
async function handedOut(keys: readonly string[], ofLake: readonly string[] = [], depth = 0) {
  const [blobs, lake] = [memoryBlobs(), memoryBlobs()]
  for (const key of keys) await blobs.put(key, new Uint8Array())
  for (const key of ofLake) await lake.put(key, new Uint8Array())
  const sent: Work[] = []
  const queue = {
    send: async (work: readonly Work[]) => void sent.push(...work),
    depth: async () => depth,
  }
  return { waits: await handOut({ ...places, blobs, lake, queue, now }), sent }
}

it('nothing is handed out where nothing waits, and that is told', async () => {
  const { waits, sent } = await handedOut(['bodies/a', 'documents/lasting/b'], ['events/x'])
  expect([waits, sent]).toEqual([{ count: 0, seconds: 0 }, []])
})

it('each lane, shard and class in which something waits is a piece of work', async () => {
  const { waits, sent } = await handedOut(
    [
      ...['spill/00/2026-11-21T09:30:00.000Z-a', 'spill/00/2026-11-21T09:31:00.000Z-b'],
      ...['spill/ff/2026-11-21T09:30:00.000Z-a', 'spill/2026-11-20/23/2026-11-20T23:00:00.000Z-a'],
      ...['aws/lambda/m1/shard-1/2026/11/21/a', 'aws/lambda/m1/shard-2/2026/11/21/a'],
      ...['failed/records/3f/100', 'failed/batches/aws/lambda/m1/a'],
    ],
    ['errors/pii/format-conversion-failed/2026-11-21/a', 'errors/of-nobody/a', 'events/x'],
  )
  expect(sent).toEqual([
    { of: 'spill', lane: '00' },
    { of: 'spill', lane: '2026-11-20' },
    { of: 'spill', lane: 'ff' },
    { of: 'batches', prefix: 'aws/lambda/m1/shard-1/' },
    { of: 'batches', prefix: 'aws/lambda/m1/shard-2/' },
    { of: 'changes' },
    { of: 'records', retentionClass: 'pii' },
  ])
  // They were put an hour ago.
  expect(waits).toEqual({ count: 10, seconds: 3600 })
  for (const work of sent) expect(readWork(writeWork(work))).toEqual(work)
})

it('nothing more is handed out while much still waits, and that is told', async () => {
  const key = 'spill/00/2026-11-21T09:30:00.000Z-a'
  expect((await handedOut([key], [], 511)).sent).toHaveLength(1)
  expect(await handedOut([key], [], 512)).toEqual({ waits: { count: 1, seconds: 3600 }, sent: [] })
})

interface Batch {
  QueueUrl: string
  Entries: {
    Id: string
    MessageBody: string
    MessageGroupId: string
    MessageDeduplicationId: string
  }[]
}

it('messages of one lane are of one group, and none is taken for another', async () => {
  const batches: Batch[] = []
  const sqs = withAnswers(new SQSClient({ region: 'us-east-1' }), (command, input) => {
    if (command === 'GetQueueAttributesCommand')
      return { Attributes: { ApproximateNumberOfMessages: '7' } }
    batches.push(input as Batch)
    return {}
  })
  const queue = createDrainQueue({ sqs, queueUrl: 'https://sqs/q.fifo' })
  const work = Array.from({ length: 12 }, (_, at): Work => ({ of: 'spill', lane: `${at}` }))
  await queue.send(work)
  await queue.send([work[3]!])
  expect(batches.map(({ Entries }) => Entries.length)).toEqual([10, 2, 1])
  const entries = batches.flatMap(({ Entries }) => Entries)
  expect(entries.map(({ MessageBody }) => readWork(MessageBody))).toEqual([...work, work[3]!])
  expect(new Set(entries.map((one) => one.MessageGroupId)).size).toBe(12)
  expect(entries.at(-1)!.MessageGroupId).toBe(entries[3]!.MessageGroupId)
  expect(new Set(entries.map((one) => one.MessageDeduplicationId)).size).toBe(13)
  expect(await queue.depth()).toBe(7)
})

it('a message that SQS refuses is told of', async () => {
  const sqs = withAnswers(new SQSClient({ region: 'us-east-1' }), () => ({
    Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }],
  }))
  const sent = createDrainQueue({ sqs, queueUrl: 'https://sqs/q.fifo' }).send([{ of: 'changes' }])
  await expect(sent).rejects.toMatchObject({ name: 'StorageError', isRetriable: true })
})
