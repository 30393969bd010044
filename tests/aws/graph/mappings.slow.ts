import { describe, expect, it } from 'bun:test'
import { LONGEST_PAUSE_MS, RUN_MS, WORKERS } from '../../../src/ingest/draining'
import { byArn, graphOf, named, ofType } from '../../support/graph/graphs'
import { mayDo } from '../../support/graph/policies'

const graph = graphOf('production')

// DynamoDB lets two read a shard at a time ("Change data capture", readers of a stream).
const following = ['Changes', 'Follow']

for (const name of following) {
  describe(`the stream of stored events that goes to ${name}`, () => {
    const { inputs } = named(graph, 'EventSourceMapping', `${name}Mapping`)
    const own = named(graph, 'Role', `${name}Role`)

    it('has what was stored and nothing else, from the very first', () => {
      const events = named(graph, 'Table', 'EventsTable')
      const target = byArn(graph, 'Function', inputs.functionName)
      expect(target.name).toBe(`${name}Function`)
      expect(inputs.eventSourceArn).toBe(events.outputs.streamArn)
      expect(events.inputs).toMatchObject({ streamEnabled: true, streamViewType: 'NEW_IMAGE' })
      expect(inputs.startingPosition).toBe('TRIM_HORIZON')
      expect(inputs.filterCriteria.filters).toEqual([
        { pattern: JSON.stringify({ eventName: ['INSERT'] }) },
      ])
    })

    it('waits for what is busy, whole and for hours, and gives it up while it is still held', () => {
      expect(inputs.functionResponseTypes).toEqual(['ReportBatchItemFailures'])
      expect(inputs.bisectBatchOnFunctionError).toBe(false)
      expect(inputs.maximumRetryAttempts).toBe(-1)
      // DynamoDB keeps a stream for 24 hours: those behind it still have four of them.
      expect(inputs.maximumRecordAgeInSeconds).toBe(20 * 60 * 60)
      // A call has the time for its pauses, and the five seconds that it keeps for its answer.
      const { timeout } = named(graph, 'Function', `${name}Function`).inputs
      expect(timeout).toBeGreaterThanOrEqual(60)
    })

    it('puts what it gives up into the bucket where Sweep looks, and Drain takes it up', () => {
      const { destinationArn } = inputs.destinationConfig.onFailure
      expect(byArn(graph, 'Bucket', destinationArn).name).toBe('BlobsBucket')
      expect(mayDo(own, 's3:PutObject', `${destinationArn}/aws/lambda/x`)).toBe(true)
      expect(mayDo(own, 's3:ListBucket', destinationArn)).toBe(true)
      const [drain, sweep] = [named(graph, 'Role', 'DrainRole'), named(graph, 'Role', 'SweepRole')]
      for (const action of ['s3:GetObject', 's3:DeleteObject']) {
        expect(mayDo(drain, action, `${destinationArn}/aws/lambda/x`)).toBe(true)
      }
      expect(mayDo(sweep, 's3:ListBucket', destinationArn)).toBe(true)
    })

    it('waits for more when batches may be larger than ten, as Lambda asks', () => {
      expect(inputs.batchSize).toBeGreaterThan(10)
      expect(inputs.maximumBatchingWindowInSeconds).toBeGreaterThanOrEqual(1)
    })

    it('can be read', () => {
      for (const action of ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams']) {
        expect(mayDo(own, `dynamodb:${action}`, inputs.eventSourceArn)).toBe(true)
      }
    })
  })
}

it('is followed by as many as may, and by no other', () => {
  const { streamArn } = named(graph, 'Table', 'EventsTable').outputs
  const mappings = ofType(graph, 'EventSourceMapping').filter(
    ({ inputs }) => inputs.eventSourceArn === streamArn,
  )
  expect(mappings.map(({ name }) => name).sort()).toEqual(following.map((one) => `${one}Mapping`))
})

describe('the delivery queue', () => {
  const mapping = named(graph, 'EventSourceMapping', 'DeliverMapping').inputs
  const queue = byArn(graph, 'Queue', mapping.eventSourceArn).inputs
  const deliver = byArn(graph, 'Function', mapping.functionName).inputs
  const redrive = JSON.parse(queue.redrivePolicy)

  it('hides a message for six times as long as `deliver` may take', () => {
    expect(queue.visibilityTimeoutSeconds).toBeGreaterThanOrEqual(6 * deliver.timeout)
  })

  it('keeps a message until its last attempt, and some days', () => {
    expect(queue.messageRetentionSeconds).toBe(14 * 24 * 60 * 60)
  })

  it('gives up on a message only after more wakings than a delivery has, and keeps it then', () => {
    const letters = byArn(graph, 'Queue', redrive.deadLetterTargetArn)
    expect(redrive.maxReceiveCount).toBeGreaterThanOrEqual(50)
    expect(letters.inputs.messageRetentionSeconds).toBe(queue.messageRetentionSeconds)
    expect(letters.inputs.redrivePolicy).toBeUndefined()
  })

  it('takes back only those of a batch that must wait', () => {
    expect(mapping.functionResponseTypes).toEqual(['ReportBatchItemFailures'])
    const role = named(graph, 'Role', 'DeliverRole')
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility']) {
      expect(mayDo(role, `sqs:${action}`, mapping.eventSourceArn)).toBe(true)
    }
  })
})

describe('the drain queue', () => {
  const mapping = named(graph, 'EventSourceMapping', 'DrainMapping').inputs
  const queue = byArn(graph, 'Queue', mapping.eventSourceArn).inputs
  const drain = byArn(graph, 'Function', mapping.functionName)

  it('gives a lane to one worker at a time, and to as many workers as are simulated', () => {
    expect(drain.name).toBe('DrainFunction')
    expect(queue).toMatchObject({ fifoQueue: true, contentBasedDeduplication: false })
    expect(queue.name).toEndWith('.fifo')
    expect(mapping).toMatchObject({ batchSize: 1, scalingConfig: { maximumConcurrency: WORKERS } })
    // A queue of this kind has no window ("Lambda parameters for Amazon SQS event source mappings").
    expect(mapping.maximumBatchingWindowInSeconds).toBeUndefined()
    expect(mapping.functionResponseTypes).toEqual(['ReportBatchItemFailures'])
  })

  it('hides a message for six times as long as Drain may take, which is longer than a run', () => {
    const { timeout } = drain.inputs
    expect(queue.visibilityTimeoutSeconds).toBeGreaterThanOrEqual(6 * timeout)
    expect(timeout * 1000).toBeGreaterThanOrEqual(RUN_MS + LONGEST_PAUSE_MS + 15_000)
  })

  it('keeps what could not be carried out, for people', () => {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(queue.redrivePolicy)
    const letters = byArn(graph, 'Queue', deadLetterTargetArn)
    expect(letters.name).toBe('DrainLettersQueue')
    expect(letters.inputs).toMatchObject({ fifoQueue: true, messageRetentionSeconds: 14 * 86_400 })
    expect(maxReceiveCount).toBe(3)
  })

  it('is filled by Sweep and Drain, and read by Drain alone', () => {
    const arn: string = mapping.eventSourceArn
    const may = (name: string, action: string) =>
      mayDo(named(graph, 'Role', `${name}Role`), `sqs:${action}`, arn)
    for (const name of ['Sweep', 'Drain']) expect(may(name, 'SendMessage')).toBe(true)
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility']) {
      expect(may('Drain', action)).toBe(true)
      for (const name of ['Api', 'Sweep', 'Deliver']) expect(may(name, action)).toBe(false)
    }
    expect(may('Sweep', 'GetQueueAttributes')).toBe(true)
    expect(may('Api', 'SendMessage')).toBe(false)
  })
})
