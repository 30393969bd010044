import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { StorageError } from '../../../error/storage-error'
import { takeApart } from '../../registry/webhook-secrets'
import type { Webhook, Webhooks } from '../../registry/webhooks'
import { type Attributes, bytes, number, primaryKey, text } from '../dynamo/attributes'
import { type Documents, jsonOf, stamp } from '../dynamo/json-items'
import type { RootSecret } from '../root-secret'
import { ALL, CHANGES, changesNow, itemsOfTenant, labelOf, openBox, skOf } from './webhook-keys'

// An addition is tried so often while others are added: one that loses has read in vain. People add
// few at a time.
const MAX_TRIES = 10

/** Changes webhooks; each change is counted with it. */
export function createWebhookWrites(
  documents: Documents,
  secrets: RootSecret,
): Pick<Webhooks, 'put' | 'add' | 'replace' | 'noteHealth' | 'delete'> {
  const { table: TableName, change } = documents

  const counted: TransactWriteItem = {
    Update: {
      TableName,
      Key: primaryKey(...CHANGES),
      UpdateExpression: 'ADD changes :one',
      ExpressionAttributeValues: { ':one': number(1) },
    },
  }

  /**
   * Makes the update of a webhook. One that is replaced has the same place in lists.
   * @param condition completes the update
   */
  async function updateOf(
    webhook: Webhook,
    condition?: { ConditionExpression: string; values?: Attributes },
  ): Promise<TransactWriteItem> {
    const { shown, hidden } = takeApart(webhook)
    const sealed = (await openBox(secrets)).seal(hidden, labelOf(shown))
    return {
      Update: {
        TableName,
        Key: primaryKey(ALL, skOf(webhook)),
        UpdateExpression:
          'SET json = :json, sealed = :sealed, stamp = if_not_exists(stamp, :stamp)',
        ConditionExpression: condition?.ConditionExpression,
        ExpressionAttributeValues: {
          ':json': jsonOf(shown).json!,
          ':sealed': bytes(sealed),
          ':stamp': stamp(),
          ...condition?.values,
        },
      },
    }
  }

  /** Counts a change, if nothing was changed since. */
  function countedAfter(changes: string): TransactWriteItem {
    const { Update } = counted
    const isFirst = changes === '0'
    return {
      Update: {
        ...Update!,
        ConditionExpression: isFirst ? 'attribute_not_exists(changes)' : 'changes = :was',
        ExpressionAttributeValues: {
          ...Update!.ExpressionAttributeValues,
          ...(!isFirst && { ':was': { N: changes } }),
        },
      },
    }
  }

  return {
    async put(webhook) {
      await change('saving a webhook', [await updateOf(webhook), counted])
    },

    async add(webhook, most) {
      const added = await updateOf(webhook)
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const changes = await changesNow(documents)
        if ((await itemsOfTenant(documents, webhook.tenantId, 'sk')).length >= most) return false
        const failed = await change('saving a webhook', [added, countedAfter(changes)])
        if (failed === undefined) return true
      }
      const message = 'saving a webhook: others are being saved all the time'
      throw new StorageError(message, { isRetriable: true })
    },

    async replace(was, webhook) {
      const condition = {
        // JSON escapes a quotation mark within a text, so this can be the field only.
        ConditionExpression: 'contains(json, :was)',
        values: { ':was': text(`"updatedAt":${JSON.stringify(was.updatedAt)}`) },
      }
      const failed = await change('saving a webhook', [await updateOf(webhook, condition), counted])
      return failed === undefined
    },

    async noteHealth(tenantId, webhookId, health) {
      // Lists do not show it, so the change is not counted.
      await change('noting the health of a webhook', [
        {
          Update: {
            TableName,
            Key: primaryKey(ALL, skOf({ tenantId, webhookId })),
            UpdateExpression: health === undefined ? 'REMOVE health' : 'SET health = :health',
            ConditionExpression: 'attribute_exists(pk)',
            ...(health && {
              ExpressionAttributeValues: { ':health': text(JSON.stringify(health)) },
            }),
          },
        },
      ])
    },

    async delete(tenantId, webhookId) {
      const isMissing = await change('deleting a webhook', [
        {
          Delete: {
            TableName,
            Key: primaryKey(ALL, skOf({ tenantId, webhookId })),
            ConditionExpression: 'attribute_exists(pk)',
          },
        },
        counted,
      ])
      return isMissing === undefined
    },
  }
}
