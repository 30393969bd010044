import {
  DescribeStreamCommand,
  type DescribeStreamCommandOutput,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams'
import type { DynamoDBRecord } from 'aws-lambda'
import { lambdaRecord } from './stream-event'

/** A shard is a part of a stream, which is read in order. */
export interface Shard {
  id: string
  iterator?: string | undefined
  /** The shard is closed, and read to its end. */
  isEnded: boolean
  /** These records were read, passed the filter and wait for their batch. */
  pending: DynamoDBRecord[]
  /** The oldest of them was read then, in milliseconds of the epoch. */
  pendingSince: number
  /**
   * This is the sequence number of the latest record that was read, whether it passed the filter or
   * not.
   */
  readTo?: string | undefined
}

interface Options {
  client: DynamoDBStreamsClient
  streamArn: string
  startingPosition: 'TRIM_HORIZON' | 'LATEST'
  /** Tells where an earlier reader of the shard stood. */
  checkpoint(shardId: string): string | undefined
  passes(record: DynamoDBRecord): boolean
}

/** These are the shards of a stream. */
export interface Shards {
  /** Lists the shards that are not read to their end, older ones first. */
  open(): Promise<Shard[]>
  /** Reads on. @returns how many records there were */
  read(shard: Shard): Promise<number>
}

export function createShards(options: Options): Shards {
  const { client, streamArn } = options
  const shards = new Map<string, Shard>()
  const open = () => [...shards.values()].filter(({ isEnded }) => !isEnded)

  async function discover() {
    let ExclusiveStartShardId: string | undefined
    do {
      const { StreamDescription }: DescribeStreamCommandOutput = await client.send(
        new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId }),
      )
      for (const { ShardId: id } of StreamDescription?.Shards ?? []) {
        if (!id || shards.has(id)) continue
        shards.set(id, { id, isEnded: false, pending: [], pendingSince: 0 })
      }
      ExclusiveStartShardId = StreamDescription?.LastEvaluatedShardId
    } while (ExclusiveStartShardId)
  }

  async function iteratorOf({ id, readTo }: Shard) {
    const from = readTo ?? options.checkpoint(id)
    const place = from
      ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: from }
      : { ShardIteratorType: options.startingPosition }
    const input = { StreamArn: streamArn, ShardId: id, ...place }
    return (await client.send(new GetShardIteratorCommand(input))).ShardIterator
  }

  return {
    async open() {
      if (open().length === 0) await discover()
      return open()
    },

    async read(shard) {
      shard.iterator ??= await iteratorOf(shard)
      const { Records = [], NextShardIterator } = await client
        .send(new GetRecordsCommand({ ShardIterator: shard.iterator }))
        .catch((error) => {
          shard.iterator = undefined // it is too old, or the emulator forgot it
          throw error
        })
      shard.iterator = NextShardIterator
      shard.isEnded = NextShardIterator === undefined
      if (shard.pending.length === 0) shard.pendingSince = Date.now()
      shard.readTo = Records.at(-1)?.dynamodb?.SequenceNumber ?? shard.readTo
      const records = Records.map((record) => lambdaRecord(record, streamArn))
      shard.pending.push(...records.filter(options.passes))
      return Records.length
    },
  }
}
