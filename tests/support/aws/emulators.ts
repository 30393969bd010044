import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import { type TableName, tables } from '../../../src/platform/aws/deployed/tables'
import { createTableInput } from '../../../tools/aws-local/create-table'
import { emulated, startDynamoDb, startMinistack } from '../../../tools/aws-local/emulators/start'

// One of each for many files; they die with the process.
let dynamoDb: ReturnType<typeof startDynamoDb> | undefined
let ministack: ReturnType<typeof startMinistack> | undefined

const { region, credentials } = emulated

/** Settings of a client that speaks to DynamoDB Local. */
export async function dynamoDbSettings() {
  dynamoDb ??= startDynamoDb()
  return { region, credentials, endpoint: (await dynamoDb).endpoint }
}

/** Settings of a client of any other service. */
export async function ministackSettings() {
  ministack ??= startMinistack()
  return { region, credentials, endpoint: (await ministack).endpoint }
}

// An emulator takes longer for each table that it has: to make those of a deployment 95 ms of the first forty, and 300 of
// the hundred and fortieth.
const MAX_DEPLOYMENTS = 40
let deployments = 0
let inUse = 0

/**
 * Says that a deployment uses the emulator of tables, until it is disposed. There is another one now and then, but only
 * when nobody uses the last: whoever calls it finds it by the environment.
 */
export function useTables(): Disposable {
  if (deployments >= MAX_DEPLOYMENTS && inUse === 0) {
    void dynamoDb?.then((former) => former[Symbol.asyncDispose]())
    dynamoDb = undefined
    deployments = 0
  }
  deployments += 1
  inUse += 1
  return {
    [Symbol.dispose]() {
      inUse -= 1
    },
  }
}

let made = 0

/** A table of its own, of the shape that a deployment gives it. @returns its name */
export async function freshTable(client: DynamoDBClient, shape: TableName): Promise<string> {
  made += 1
  const name = `${shape}-${process.pid}-${made}`
  await client.send(new CreateTableCommand(createTableInput(name, tables[shape])))
  return name
}

/** A bucket of its own. @returns its name */
export async function freshBucket(client: S3Client): Promise<string> {
  made += 1
  const Bucket = `bucket-${process.pid}-${made}`
  await client.send(new CreateBucketCommand({ Bucket }))
  return Bucket
}

export async function aDynamoDbClient(): Promise<DynamoDBClient> {
  return new DynamoDBClient(await dynamoDbSettings())
}
