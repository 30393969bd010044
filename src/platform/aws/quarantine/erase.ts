import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createPeople } from '../../../event/people'
import { finish } from '../../../syntax/steps'
import { searchedText } from '../../../wire/kept'
import type { Erased, Erasure } from '../../erasure'
import type { Keep } from './keep'
import type { Reader } from './read'
import { search } from './search'

interface Needs {
  client: DynamoDBClient
  table: string
  read: Reader
  store: Keep
}

// A page reads its heads at once, and its texts one by one: each may have megabytes.
const PAGE = 25

/** Looks at the items of a tenant, oldest first, each once. One that is put meanwhile may be among them. */
export async function eraseFromQuarantine(
  { client, table, read, store }: Needs,
  tenantId: string,
  { actorIds, isDryRun = false }: Erasure,
): Promise<Erased> {
  const people = createPeople(actorIds)
  let removed = 0
  let looked = 0
  let after: string | undefined
  do {
    const asked = { tenantId, order: 'oldest', filter: {}, limit: PAGE, after } as const
    const { entries, next } = await search({ client, table }, asked)
    looked += entries.length
    for (const { quarantineId } of entries) {
      if (await eraseOne(quarantineId)) removed += 1
    }
    after = next
  } while (after !== undefined)
  return { removed, looked }

  /** Erases one item. It tries again when another call has changed it meanwhile. */
  async function eraseOne(quarantineId: string): Promise<boolean> {
    for (;;) {
      const held = await read.item(tenantId, quarantineId)
      if (held === undefined) return false
      const text = await searchedText(held.item)
      if (!finish(people.areIn(text, 'text'))) return false
      if (isDryRun) return true
      // Its text goes with it; of one among the blobs, the key goes first.
      if (await store([], { removed: held.head })) return true
    }
  }
}
