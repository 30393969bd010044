import { ConditionalCheckFailedException, DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import { chunksOf, inParallel } from '../dynamo/in-parallel'
import { guarded } from '../errors'
import { keysIn } from './batch'
import type { createItems } from './item'
import { readItems } from './read'
import type { EventTable } from './write'
import type { Item } from './write-units'

// The items of a slice have 400 KB each at most, 40 MB together.
const SLICE = 100
const DELETES_AT_A_TIME = 10

/** Makes what the change feed reads the table's stream with. */
export function readingWith(events: EventTable, items: ReturnType<typeof createItems>) {
  return {
    recordOf: items.toRecord,
    committedBy: (commit: Item) => committedBy(events, commit),
    removeLeft: (removal: Item) => removeLeft(events, removal),
  }
}

/**
 * Reads the events of a batch that was committed, in slices; what was erased since is left out.
 * @param commit is the batch's outcome (`batch.ts`)
 * @throws {StorageError}
 */
async function* committedBy(events: EventTable, commit: Item): AsyncGenerator<Item[]> {
  for (const keys of chunksOf(keysIn(commit), SLICE)) {
    const held = await readItems(events, keys)
    // An event that was erased may have been sent again, on its own.
    yield keys.flatMap((key) => {
      const item = held.get(key)
      return item?.m?.S === commit.k!.S ? [item!] : []
    })
  }
}

/**
 * Removes what an aborted batch left in the way of others. Bodies in the blob store stay, until they
 * expire: whoever sends the same event again stores the same body.
 * @param removal is a request that names batch and keys (`batch.ts`); it is not trusted
 * @throws {StorageError}
 */
async function removeLeft({ client, table }: EventTable, removal: Item): Promise<void> {
  const batch = removal.r!.S!
  const outcome = (await readItems({ client, table }, [batch], ['k', 'z'])).get(batch)
  if (outcome?.z?.S !== 'aborted') return
  await inParallel(keysIn(removal), DELETES_AT_A_TIME, async (key) => {
    const command = new DeleteItemCommand({
      TableName: table,
      Key: { k: { S: key } },
      ConditionExpression: 'm = :batch',
      ExpressionAttributeValues: { ':batch': { S: batch } },
    })
    await guarded('removing an aborted batch', () =>
      client.send(command).catch((error) => {
        // It is gone, or another one's by now.
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }),
    )
  })
}
