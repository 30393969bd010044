import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { DynamoDBRecord } from 'aws-lambda'
import type { Graph, GraphResource } from '../../synth/graph'
import type { Count } from '../cloudwatch/metric-store'
import { emulated } from '../emulators/start'
import { putDiscarded } from '../failure-destination'
import type { LocalFunction } from '../local-function'
import { pollQueue } from '../queue-poller'
import { startSchedule } from '../schedule'
import { type Checkpoints, type Poller, pollStream } from '../stream-poller'

interface Options {
  /** The graph has the names of this machine. */
  graph: Graph
  functionOf(nameOrArn: string): LocalFunction
  endpoint: string
  checkpoints(mapping: string): Checkpoints
  onError(error: Error): void
  count: Count
  /** Tells the time by which records of streams are too old, in ms since 1970. */
  now?: (() => number) | undefined
}

/**
 * Returns a client's settings: Lambda's pollers act in the name of the function, with its access
 * key and under its policies.
 */
function settingsOf({ spec }: LocalFunction, endpoint: string) {
  const { AWS_ACCESS_KEY_ID = '' } = spec.environment
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: 'local' }
  return { region: emulated.region, credentials, endpoint }
}

/** Starts the event source mappings on streams. @returns them by the names of their functions */
export function startStreams(options: Options): Map<string, Poller> {
  return new Map(
    mappings(options.graph, ':dynamodb:').map((mapping) => [
      options.functionOf(mapping.inputs.functionName).spec.name,
      startStream(mapping, options),
    ]),
  )
}

function startStream({ inputs, outputs }: GraphResource, options: Options): Poller {
  const target = options.functionOf(inputs.functionName)
  const settings = settingsOf(target, options.endpoint)
  const s3 = new S3Client(settings)
  const streamArn: string = inputs.eventSourceArn
  const bucket = String(inputs.destinationConfig?.onFailure?.destinationArn ?? '')
    .split(':')
    .at(-1)
  const filters: { pattern: string }[] = inputs.filterCriteria?.filters ?? []
  const seen = new WeakMap<DynamoDBRecord, number>()
  return pollStream({
    client: new DynamoDBStreamsClient(settings),
    streamArn,
    checkpoints: options.checkpoints(target.spec.arn),
    mapping: {
      batchSize: inputs.batchSize ?? 100,
      window: inputs.maximumBatchingWindowInSeconds ?? 0,
      startingPosition: inputs.startingPosition,
      patterns: filters.map(({ pattern }) => pattern),
      retries: inputs.maximumRetryAttempts ?? -1,
      maximumAge: inputs.maximumRecordAgeInSeconds ?? -1,
      bisects: inputs.bisectBatchOnFunctionError ?? false,
      reportsItemFailures: reportsItemFailures(inputs),
    },
    invoke(Records) {
      // "The age of the last record in the event" (Lambda's guide, "Performance metrics"). DynamoDB Local
      // gives times in whole minutes, so that an age is from when a record was first handed over.
      const last = Records.at(-1)!
      const since = seen.get(last) ?? Date.now()
      seen.set(last, since)
      target.spec.onCounted?.('IteratorAge', Date.now() - since)
      return target.invoke({ Records })
    },
    ...(options.now && { now: options.now }),
    async discard(discarded, shardId) {
      if (!bucket) return
      const source = {
        mappingId: String(outputs.id),
        functionArn: target.spec.arn,
        streamArn,
        shardId,
      }
      // Lambda counts what it could not put there, and goes on.
      await putDiscarded(s3, bucket, discarded, source).catch((error: Error) => {
        target.spec.onCounted?.('DestinationDeliveryFailures', 1)
        options.onError(error)
      })
    },
    onError: options.onError,
  })
}

// A message that is a batch by itself takes a minute, and others need not wait for it; each loop asks the queue
// once a second.
const AT_ONCE = 2

/** Starts the event source mappings on queues. */
export function startQueues(options: Options): AsyncDisposable[] {
  return mappings(options.graph, ':sqs:').map(({ inputs }) => {
    const target = options.functionOf(inputs.functionName)
    const queueArn: string = inputs.eventSourceArn
    return pollQueue({
      client: new SQSClient(settingsOf(target, options.endpoint)),
      mapping: {
        queueArn,
        queueUrl: `${options.endpoint}/${emulated.accountId}/${queueArn.split(':').at(-1)}`,
        batchSize: inputs.batchSize ?? 10,
        reportsItemFailures: reportsItemFailures(inputs),
        concurrency: inputs.batchSize === 1 ? AT_ONCE : 1,
      },
      invoke: (event) => target.invoke(event),
      onError: options.onError,
    })
  })
}

export function startSchedules({ graph, functionOf }: Options): AsyncDisposable[] {
  const schedules = graph.resources.filter(({ type }) => type === 'aws:scheduler/schedule:Schedule')
  return schedules.map(({ inputs }) => {
    const target = functionOf(inputs.target.arn)
    return startSchedule(inputs.scheduleExpression, () =>
      target.invoke(JSON.parse(inputs.target.input ?? '{}')),
    )
  })
}

function mappings({ resources }: Graph, service: string): GraphResource[] {
  return resources.filter(
    ({ type, inputs }) =>
      type === 'aws:lambda/eventSourceMapping:EventSourceMapping' &&
      inputs.enabled !== false &&
      inputs.eventSourceArn.includes(service),
  )
}

function reportsItemFailures(inputs: GraphResource['inputs']): boolean {
  return (inputs.functionResponseTypes ?? []).includes('ReportBatchItemFailures')
}
