import { describe, expect, it } from 'bun:test'
import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { CreateKeyCommand, DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { StorageError } from '../../../src/error/storage-error'
import { openRootSecret } from '../../../src/platform/aws/root-secret'
import { aDynamoDbClient, freshTable, ministackSettings } from '../../support/aws/emulators'
import { type Fault, withFaults } from '../../support/aws/faults'

const Key = { pk: { S: 'root-secret' }, sk: { S: 'root-secret' } }

async function open() {
  const dynamo = await aDynamoDbClient()
  const table = await freshTable(dynamo, 'registry')
  const kms = new KMSClient(await ministackSettings())
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
  const keyId = KeyMetadata!.KeyId!
  return {
    ...{ dynamo, table, kms, keyId },
    /** As a process that has just started. */
    start: (changed: Partial<Parameters<typeof openRootSecret>[0]> = {}) =>
      openRootSecret({ dynamo, table, kms, keyId, ...changed }),
    async [Symbol.asyncDispose]() {
      dynamo.destroy()
      kms.destroy()
    },
  }
}

const failureOf = (derived: Promise<Uint8Array>) => derived.catch((error: unknown) => error)

describe('the root secret', () => {
  it('gives the same key for one use in every process, and others for other uses', async () => {
    await using opened = await open()
    const first = await opened.start().derive('page tokens', 32)
    const second = opened.start()
    expect(await second.derive('page tokens', 32)).toEqual(first)
    expect(await second.derive('webhook secrets', 32)).not.toEqual(first)
    expect(first).toHaveLength(32)
  })

  it('is of this deployment alone', async () => {
    await using one = await open()
    await using other = await open()
    const [a, b] = [one.start(), other.start()]
    expect(await a.derive('page tokens', 32)).not.toEqual(await b.derive('page tokens', 32))
  })

  it('is one when many start at once for the first time', async () => {
    await using opened = await open()
    const starts = Array.from({ length: 6 }, () => opened.start().derive('page tokens', 32))
    const drawn = (await Promise.all(starts)).map((key) => Buffer.from(key).toString('hex'))
    expect(new Set(drawn).size).toBe(1)
  })

  it('is asked for once in a process', async () => {
    await using opened = await open()
    let asked = 0
    const kms = withFaults(new KMSClient(await ministackSettings()), (command) => {
      if (command === 'DecryptCommand') asked += 1
      return undefined
    })
    const secret = opened.start({ kms })
    await Promise.all([secret.derive('a', 32), secret.derive('b', 32)])
    await secret.derive('a', 32)
    expect(asked).toBe(1)
  })

  it('is one also when the reply to the first save is lost', async () => {
    await using opened = await open()
    const dynamo = withFaults(await aDynamoDbClient(), (command, nth) =>
      command === 'PutItemCommand' && nth === 1 ? 'lost-reply' : undefined,
    )
    const first = await opened.start({ dynamo }).derive('a', 32)
    expect(await opened.start().derive('a', 32)).toEqual(first)
  })

  it('opens only for this purpose', async () => {
    await using opened = await open()
    const { dynamo, table, kms, keyId: KeyId } = opened
    await opened.start().derive('a', 32)
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: table, Key }))
    const CiphertextBlob = Item!.sealed!.B!
    const EncryptionContext = { application: 'nonius', purpose: 'root secret' }
    const asked = new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext })
    expect((await kms.send(asked)).Plaintext).toHaveLength(32)
    const other = new DecryptCommand({ KeyId, CiphertextBlob })
    expect(await kms.send(other).catch((error: Error) => error.name)).toBe(
      'InvalidCiphertextException',
    )
  })

  it('does not open when what the table has was not sealed by KMS', async () => {
    await using opened = await open()
    const { dynamo, table: TableName } = opened
    const Item = { ...Key, sealed: { B: new Uint8Array(32) } }
    await dynamo.send(new PutItemCommand({ TableName, Item }))
    const failure = await failureOf(opened.start().derive('a', 32))
    expect(failure).toBeInstanceOf(StorageError)
    expect(failure).toHaveProperty('isRetriable', false)
  })

  it('is drawn anew only where the table has none', async () => {
    await using opened = await open()
    const { dynamo, table } = opened
    const before = await opened.start().derive('a', 32)
    await dynamo.send(new DeleteItemCommand({ TableName: table, Key }))
    expect(await opened.start().derive('a', 32)).not.toEqual(before)
  })

  const failures: [fault: Fault, isRetriable: boolean][] = [
    ['denied', false],
    ['expired-token', true],
    ['throttled', true],
    ['broken', true],
    ['unreachable', true],
  ]
  for (const [fault, isRetriable] of failures) {
    it(`is a storage error while KMS stays ${fault}, and can be had afterwards`, async () => {
      await using opened = await open()
      const before = await opened.start().derive('a', 32)
      let isDown = true
      const plan = () => (isDown ? fault : undefined)
      const kms = withFaults(new KMSClient(await ministackSettings()), plan)
      const secret = opened.start({ kms })
      const failure = await failureOf(secret.derive('a', 32))
      expect(failure).toBeInstanceOf(StorageError)
      expect(failure).toHaveProperty('isRetriable', isRetriable)
      isDown = false
      expect(await secret.derive('a', 32)).toEqual(before)
    })
  }
})
