import { randomBytes, randomUUID } from 'node:crypto'
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { createBlobStore } from '../../../src/platform/aws/blob-store'
import { FAILED_CHANGES } from '../../../src/platform/aws/change-feed/set-aside'
import { EVENT_BODIES } from '../../../src/platform/aws/deployed/blobs'
import type { Resources } from '../../../src/platform/aws/deployed/resources'
import { keyOf } from '../../../src/platform/aws/events/keys'

/** Whoever deployed a stage can look behind its address. */
export interface Stage {
  /** Fetches a token for the first client. @throws what Cognito said */
  token(): Promise<string>
  /** Puts an item that nobody can read into the table of events. @returns its key */
  putUnreadable(): Promise<string>
  removeUnreadable(key: string): Promise<void>
  /** Finds where a change was set aside. @returns the name of its object */
  findSetAside(key: string): Promise<string | undefined>
  forget(name: string): Promise<void>
}

/** A stage is known by the names of what was made for it. */
export interface Deployed {
  resources: Pick<Resources, 'eventsTable' | 'blobsBucket'>
  userPoolId: string
  clientId: string
  /** Cognito's domain is here; left out, at AWS's own address. */
  tokensAt?: string
}

// The stream has it within seconds, whatever becomes of this run.
const EXPIRES_S = 3600
// As many objects are looked through: more of them would be an incident of its own.
const LOOKED_AT = 1000

/** Opens a stage with the credentials of this process. */
export function openStage({ resources, userPoolId, clientId, tokensAt }: Deployed): Stage {
  const { eventsTable: TableName, blobsBucket: bucket } = resources
  const cognito = new CognitoIdentityProviderClient({})
  const dynamo = new DynamoDBClient({})
  const s3 = new S3Client({ forcePathStyle: tokensAt !== undefined })
  const blobs = createBlobStore({ client: s3, bucket })

  async function tokenPlace(): Promise<string> {
    if (tokensAt !== undefined) return tokensAt
    const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId: userPoolId }))
    const region = await cognito.config.region()
    return `https://${UserPool?.Domain}.auth.${region}.amazoncognito.com`
  }

  return {
    async token() {
      const asked = { UserPoolId: userPoolId, ClientId: clientId }
      const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand(asked))
      const secret = `${clientId}:${UserPoolClient?.ClientSecret}`
      const answer = await fetch(`${await tokenPlace()}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(secret).toString('base64')}` },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          scope: 'nonius/events:write',
        }),
      })
      const text = await answer.text()
      if (answer.status === 200) return (JSON.parse(text) as { access_token: string }).access_token
      throw new Error(`Cognito answered ${answer.status}: ${text.slice(0, 300)}`)
    },

    async putUnreadable() {
      const key = keyOf('smoke-test', randomUUID())
      const now = Date.now()
      const Item = {
        k: { S: key },
        s: { S: new Date(now).toISOString() },
        x: { N: String(Math.ceil(now / 1000) + EXPIRES_S) },
        ...{ h: { B: randomBytes(32) }, w: { B: randomBytes(16) } },
        o: { S: `${EVENT_BODIES}smoke-test/${key}` },
      }
      await dynamo.send(new PutItemCommand({ TableName, Item }))
      return key
    },

    async removeUnreadable(key) {
      await dynamo.send(new DeleteItemCommand({ TableName, Key: { k: { S: key } } }))
    },

    async findSetAside(key) {
      for (const { key: name } of await blobs.list(FAILED_CHANGES, LOOKED_AT)) {
        const bytes = await blobs.get(name)
        if (bytes !== undefined && Buffer.from(bytes).includes(key)) return name
      }
      return undefined
    },

    forget: (name) => blobs.delete(name),
  }
}
