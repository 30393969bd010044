import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { FirehoseClient } from '@aws-sdk/client-firehose'
import { GlueClient } from '@aws-sdk/client-glue'
import { KMSClient } from '@aws-sdk/client-kms'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { emulated } from '../emulators/start'

/** The emulators listen at these endpoints. */
export interface Endpoints {
  dynamoDb: string
  /** Every other service has this endpoint. */
  ministack: string
  /** Athena has this endpoint; left out, nobody answers SQL. */
  athena?: string | undefined
}

/** Makes the deployer's clients: they may do everything. */
export function adminClients({ dynamoDb, ministack }: Endpoints) {
  const { region, credentials } = emulated
  const settings = { region, credentials, endpoint: ministack }
  return {
    dynamo: new DynamoDBClient({ ...settings, endpoint: dynamoDb }),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sqs: new SQSClient(settings),
    kms: new KMSClient(settings),
    glue: new GlueClient(settings),
    firehose: new FirehoseClient(settings),
    cognito: new CognitoIdentityProviderClient(settings),
  }
}

export type AdminClients = ReturnType<typeof adminClients>

/**
 * Does work that may have been done before: an emulator that still runs has its resources already.
 */
export async function unlessThere(work: Promise<unknown>): Promise<void> {
  await work.catch((error: Error) => {
    if (!there.has(error.name)) throw error
  })
}

const there = new Set([
  'ResourceInUseException', // DynamoDB and Firehose say this
  'BucketAlreadyOwnedByYou',
  'QueueNameExists', // only when its attributes differ
  'AlreadyExistsException', // Glue and KMS say this
])
