import { randomUUID } from 'node:crypto'
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { AppError } from '../../../error/app-error'
import type { Log } from '../../../telemetry/log'
import type { Clock } from '../../clock'
import { type Attributes, keyOf, number, primaryKey } from '../dynamo/attributes'
import { guarded } from '../errors'

interface Needs {
  client: DynamoDBClient
  table: string
  clock: Clock
  log: Log
  /** A tenant has at most so many streams at a time, in all processes. */
  perTenant: number
  /** A stream ends by itself after so many seconds. */
  lifeSeconds: number
}

// The end of a call comes some seconds after the end of its stream, at the latest.
const GRACE_S = 60

/**
 * Counts the streams of each tenant, so that one leaves room for others: each is a call of a
 * function, of which an account has a number. An item for each tenant has a member for each of its
 * streams, with the second by which it has ended whatever became of its process.
 */
export function createStreamPlaces(needs: Needs) {
  const { client, table: TableName, clock, log, perTenant, lifeSeconds } = needs
  const leaving = new Set<Promise<void>>()
  const nowS = () => Math.floor(clock.now().getTime() / 1000)

  async function update(
    tenantId: string,
    UpdateExpression: string,
    names: string[],
    values?: Attributes,
  ): Promise<Attributes> {
    const command = new UpdateItemCommand({
      TableName,
      Key: primaryKey(keyOf('streams', tenantId), 'all'),
      UpdateExpression,
      ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#n${at}`, name])),
      ...(values && { ExpressionAttributeValues: values }),
      ReturnValues: 'ALL_NEW',
    })
    const { Attributes = {} } = await guarded('counting streams', () => client.send(command))
    return Attributes
  }

  /** Removes streams that have ended. */
  async function remove(tenantId: string, streams: string[]): Promise<void> {
    const list = streams.map((_, at) => `#n${at}`).join(', ')
    await update(tenantId, `REMOVE ${list}`, streams)
  }

  function leave(tenantId: string, streams: string[]) {
    const left = remove(tenantId, streams)
      .catch((error: Error) => log.warn('a stream is counted on', { reason: error.message }))
      .finally(() => leaving.delete(left))
    leaving.add(left)
  }

  return {
    /**
     * Takes a place, to be disposed when the stream has ended.
     * @throws {AppError} `busy` when the tenant has all that it may have
     * @throws {StorageError}
     */
    async take(tenantId: string): Promise<Disposable> {
      const stream = `s-${randomUUID()}`
      const until = number(nowS() + lifeSeconds + GRACE_S)
      const set = 'SET #n0 = :until, expiresAt = :until'
      const held = await update(tenantId, set, [stream], { ':until': until })
      const streams = Object.entries(held).filter(([name]) => name.startsWith('s-'))
      const over = streams.filter(([, { N }]) => Number(N) <= nowS()).map(([name]) => name)
      if (streams.length - over.length > perTenant) {
        leave(tenantId, [stream, ...over])
        const detail = `Your tenant has ${perTenant} event streams open, as many as it may have.`
        throw new AppError('busy', detail)
      }
      if (over.length > 0) leave(tenantId, over)
      return { [Symbol.dispose]: () => leave(tenantId, [stream]) }
    },

    /** Resolves when those who have left are counted no more: a function may be frozen then. */
    async settle(): Promise<void> {
      await Promise.all(leaving)
    },
  }
}
