import { describe, expect, it } from 'bun:test'
import { type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../src/error/storage-error'
import { createRegistry } from '../../../src/platform/aws/registry'
import type { ApiKey } from '../../../src/platform/registry/keys'
import type { Webhook } from '../../../src/platform/registry/webhooks'
import { derivedKey } from '../../../src/platform/shared/derived-key'
import { hiddenOf } from '../../contracts/registry/webhooks.contract'
import { registryContract } from '../../contracts/registry.contract'
import { aDynamoDbClient, freshTable } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'

const secretsOf = (root: Uint8Array) => ({
  derive: async (use: string, bytes: number) => derivedKey(root, use, bytes),
})
const secrets = secretsOf(new Uint8Array(32).fill(7))

const at = '2026-11-21T09:30:00.000Z'

const aWebhook = (fields: Partial<Webhook> = {}): Webhook => ({
  ...{ webhookId: 'whk_1', tenantId: 'school', name: 'dashboard' },
  ...{ targetUrl: 'https://example.edu/hook', events: ['*'], filters: [], enabled: true },
  ...{ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', createdAt: at, updatedAt: at },
  ...fields,
})

const aKey: ApiKey = {
  ...{ keyId: 'key_1', tenantId: 'school', sourceId: 'moodle', name: 'first' },
  ...{ scopes: ['events:write'], hash: 'a'.repeat(64), hint: 'nk_abcd', createdAt: at },
}

async function open() {
  const client = await aDynamoDbClient()
  const table = await freshTable(client, 'registry')
  return {
    ...{ client, table, registry: createRegistry({ client, table, secrets }) },
    /** The same table, as another process sees it whose client fails. */
    async failing(plan: (command: string, nth: number) => Fault | undefined) {
      const faulty = withFaults(await aDynamoDbClient(), plan)
      return createRegistry({ client: faulty, table, secrets })
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}

registryContract('DynamoDB', open)

async function webhookItems(client: DynamoDBClient, TableName: string) {
  const input = {
    TableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: 'webhooks' }, ':prefix': { S: 'webhook#' } },
  }
  const { Items = [] } = await client.send(new QueryCommand(input))
  return Items
}

describe('a webhook secret in DynamoDB', () => {
  it('is not to be read, and sealed differently each time', async () => {
    await using opened = await open()
    await opened.registry.webhooks.put(aWebhook(hiddenOf('word')))
    const [first] = await webhookItems(opened.client, opened.table)
    await opened.registry.webhooks.put(aWebhook(hiddenOf('word')))
    const [second] = await webhookItems(opened.client, opened.table)
    expect(first!.json!.S).toContain('dashboard')
    expect(Buffer.from(first!.sealed!.B!).toString('latin1')).not.toContain('word+')
    expect(JSON.stringify(first)).not.toContain('word+')
    expect(second!.sealed!.B).not.toEqual(first!.sealed!.B!)
  })

  it('opens neither for another webhook nor under another root', async () => {
    await using opened = await open()
    const { client, table, registry } = opened
    await registry.webhooks.put(aWebhook())
    await registry.webhooks.put(aWebhook({ webhookId: 'whk_2' }))
    const [first, second] = await webhookItems(client, table)
    const swap = new UpdateItemCommand({
      TableName: table,
      Key: { pk: second!.pk!, sk: second!.sk! },
      UpdateExpression: 'SET sealed = :sealed',
      ExpressionAttributeValues: { ':sealed': first!.sealed! },
    })
    await client.send(swap)
    const stranger = createRegistry({ client, table, secrets: secretsOf(new Uint8Array(32)) })
    for (const read of [
      () => registry.webhooks.get('school', 'whk_2'),
      () => stranger.webhooks.get('school', 'whk_1'),
    ]) {
      const failure = await read().catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StorageError)
      expect(failure).toHaveProperty('isRetriable', false)
    }
    expect(await stranger.webhooks.listAll()).toHaveLength(2)
  })
})

describe('the list of all webhooks', () => {
  it('is whole beyond the megabyte of one answer', async () => {
    await using opened = await open()
    const ids = ['whk_1', 'whk_2', 'whk_3', 'whk_4']
    const name = 'x'.repeat(350_000)
    for (const webhookId of ids) await opened.registry.webhooks.put(aWebhook({ webhookId, name }))
    const listed = await opened.registry.webhooks.listAll()
    expect(listed.map(({ webhookId }) => webhookId)).toEqual(ids)
    expect(await opened.registry.webhooks.list('school')).toHaveLength(4)
  })

  it('is read again only when a webhook was changed, by whomever', async () => {
    await using opened = await open()
    let queries = 0
    const other = await opened.failing((command) => {
      if (command === 'QueryCommand') queries += 1
      return undefined
    })
    await opened.registry.webhooks.put(aWebhook())
    for (const _ of [1, 2, 3]) expect(await other.webhooks.listAll()).toHaveLength(1)
    expect(queries).toBe(1)

    await opened.registry.webhooks.put(aWebhook({ enabled: false }))
    expect((await other.webhooks.listAll())[0]).toHaveProperty('enabled', false)
    await opened.registry.webhooks.delete('school', 'whk_1')
    expect(await other.webhooks.listAll()).toEqual([])
    expect(queries).toBe(3)
  })
})

describe('a registry whose table fails', () => {
  const once = (fault: Fault) => (command: string, nth: number) =>
    command === 'TransactWriteItemsCommand' && nth === 1 ? fault : undefined

  for (const fault of ['lost-reply', 'conflict', 'throttled', 'broken', 'unreachable'] as const) {
    it(`changes once, and says so, when it is ${fault} at first`, async () => {
      await using opened = await open()
      const registry = async () => opened.failing(once(fault))
      await (await registry()).keys.add(aKey)
      expect(await opened.registry.keys.findByHash(aKey.hash)).toEqual(aKey)
      expect(await (await registry()).keys.revoke('school', 'key_1', at)).toBe(true)
      await (await registry()).webhooks.put(aWebhook())
      expect(await (await registry()).webhooks.delete('school', 'whk_1')).toBe(true)
      expect(await opened.registry.webhooks.list('school')).toEqual([])
    })
  }

  const lasting: [fault: Fault, isRetriable: boolean][] = [
    ['throttled', true],
    ['conflict', true],
    ['unreachable', true],
    ['expired-token', true],
    ['denied', false],
  ]
  for (const [fault, isRetriable] of lasting) {
    it(`throws a storage error that waiting ${isRetriable ? 'may' : 'will not'} mend when it stays ${fault}`, async () => {
      await using opened = await open()
      const registry = await opened.failing(() => fault)
      const failure = await registry.keys.add(aKey).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(StorageError)
      expect(failure).toHaveProperty('isRetriable', isRetriable)
      expect(await opened.registry.keys.findByHash(aKey.hash)).toBeUndefined()
    })
  }
})
