import { describe, expect, it } from 'bun:test'
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

    it('puts what it gives up into the bucket where the sweep looks', () => {
      const { destinationArn } = inputs.destinationConfig.onFailure
      expect(byArn(graph, 'Bucket', destinationArn).name).toBe('BlobsBucket')
      expect(mayDo(own, 's3:PutObject', `${destinationArn}/aws/lambda/x`)).toBe(true)
      expect(mayDo(own, 's3:ListBucket', destinationArn)).toBe(true)
      const sweep = named(graph, 'Role', 'SweepRole')
      for (const action of ['s3:GetObject', 's3:DeleteObject']) {
        expect(mayDo(sweep, action, `${destinationArn}/aws/lambda/x`)).toBe(true)
      }
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
