import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import {
  DecryptCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  type KMSClient,
} from '@aws-sdk/client-kms'
import { StorageError } from '../../error/storage-error'
import { derivedKey, ROOT_BYTES } from '../shared/derived-key'
import { ROOT_SECRET_PARTITION } from './deployed/tables'
import { bytes, primaryKey } from './dynamo/attributes'
import { guarded } from './errors'

export interface RootSecret {
  /**
   * Derives a key of its own for every use (HKDF, RFC 5869), the same in every process.
   * @throws {StorageError} when the root cannot be had; asking again tries again
   */
  derive(use: string, bytes: number): Promise<Uint8Array>
}

interface Needs {
  dynamo: DynamoDBClient
  /** Names the registry's table, which is backed up with what the root opens. */
  table: string
  kms: KMSClient
  /** Gives id, ARN or alias of the key that seals the root. */
  keyId: string
}

const KEY = primaryKey(ROOT_SECRET_PARTITION, 'root-secret')
// The context stands in CloudTrail, and policies can ask for it. The table's name is not in it: a
// backup is restored under another one, and must open.
const EncryptionContext = { application: 'nonius', purpose: 'root secret' }

/**
 * Opens the root secret. KMS draws it at first use and it is stored sealed in the registry's table;
 * a process reads it once.
 */
export function openRootSecret({ dynamo, table, kms, keyId }: Needs): RootSecret {
  let opened: Promise<Uint8Array> | undefined

  async function stored(): Promise<Uint8Array | undefined> {
    const input = { TableName: table, Key: KEY, ConsistentRead: true }
    const { Item } = await dynamo.send(new GetItemCommand(input))
    return Item?.sealed?.B
  }

  /** Draws a root. No process sees it on this way: it leaves KMS sealed. */
  async function draw(): Promise<Uint8Array | undefined> {
    const input = { KeyId: keyId, NumberOfBytes: ROOT_BYTES, EncryptionContext }
    const { CiphertextBlob } = await kms.send(new GenerateDataKeyWithoutPlaintextCommand(input))
    try {
      const Item = { ...KEY, sealed: bytes(CiphertextBlob!) }
      const isFirst = 'attribute_not_exists(pk)'
      await dynamo.send(
        new PutItemCommand({ TableName: table, Item, ConditionExpression: isFirst }),
      )
      return CiphertextBlob
    } catch (error) {
      // One of two first starts at once wins (or this one did, and its reply was lost).
      if ((error as Error).name === 'ConditionalCheckFailedException') return stored()
      throw error
    }
  }

  async function open(): Promise<Uint8Array> {
    const CiphertextBlob = (await stored()) ?? (await draw())
    const input = { KeyId: keyId, CiphertextBlob, EncryptionContext }
    const { Plaintext: root } = await kms.send(new DecryptCommand(input))
    if (root?.length === ROOT_BYTES) return root
    throw new StorageError(`the root secret has ${root?.length} bytes, not ${ROOT_BYTES}`, {
      isRetriable: false,
    })
  }

  return {
    async derive(use, length) {
      opened ??= guarded('opening the root secret', open)
      try {
        return derivedKey(await opened, use, length)
      } catch (error) {
        opened = undefined
        throw error
      }
    },
  }
}
