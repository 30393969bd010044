import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { BlobStore } from '../blob-store'
import type { Page } from '../event-store'
import type {
  QuarantinedSummary,
  QuarantineFilter,
  QuarantinePage,
  QuarantineStore,
} from '../quarantine-store'
import type { TokenSigner } from '../shared/page-token'
import type { Head } from './quarantine/items'
import { createKeep } from './quarantine/keep'
import { type Form, readPage } from './quarantine/list'
import { createReader } from './quarantine/read'
import { search, valuesOf } from './quarantine/search'
import { createTexts, prepare } from './quarantine/texts'
import { createUsage } from './quarantine/usage'

interface Needs {
  client: DynamoDBClient
  table: string
  /** Stores large texts. */
  blobs: BlobStore
  /** Signs the cursors of `list`. */
  tokens: () => Promise<TokenSigner>
}

interface Asked {
  tenantId: string
  page: QuarantinePage
  filter: QuarantineFilter
}

/** Counts the bytes of a summary as JSON, which has the same number on one machine. */
function summaryBytes({ length: _, ...about }: QuarantinedSummary): number {
  return Buffer.byteLength(JSON.stringify(about))
}

/**
 * Stores items, what searches read of them, and what their sources have, in one table and always
 * changed together (`quarantine/items.ts` has its shape).
 */
export function createQuarantineStore({ client, table, blobs, tokens }: Needs): QuarantineStore {
  const texts = createTexts(blobs)
  const usage = createUsage({ client, table })
  const read = createReader({ client, table, texts })
  const store = createKeep({ client, table, usage, read, texts })

  async function list<Item>(
    { tenantId, page, filter }: Asked,
    form: Form<Item>,
  ): Promise<Page<Item>> {
    const { limit, cursor, order = 'newest' } = page
    const question = JSON.stringify(['quarantine', tenantId, order, valuesOf(filter)])
    const signer = await tokens()
    const after = cursor === undefined ? undefined : signer.read<string>(cursor, question)
    const found = await search({ client, table }, { tenantId, order, filter, limit, after })
    const { items, next } = await readPage(read, found, { tenantId, page }, form)
    return next === undefined ? { items } : { items, nextCursor: signer.issue(next, question) }
  }

  return {
    usage: usage.usage,
    countCrowded: usage.countCrowded,

    async put(items, limits) {
      // An item that a sender repeats costs a read, and neither a write nor room.
      const missing = await read.missing(items)
      if (missing.length > 0)
        await store(
          missing.map((item) => prepare(item)),
          { limits },
        )
    },

    get: async (tenantId, quarantineId) => (await read.item(tenantId, quarantineId))?.item,

    list: (tenantId, page, filter = {}) => list({ tenantId, page, filter }, { read: read.itemOf }),

    summaries: (tenantId, page, filter = {}) =>
      list({ tenantId, page, filter }, { read: read.summaryOf, bytesOf: summaryBytes }),

    async amend(tenantId, quarantineId, said) {
      // The loop tries again when another call was faster; each time one of them has done what it
      // came for.
      for (;;) {
        const held = await read.item(tenantId, quarantineId)
        if (held === undefined) return false
        const amended = prepare({ ...held.item, ...said }, held.head.arrival)
        if (await store([amended], { removed: held.head })) return true
      }
    },

    async erase(tenantId, erasure) {
      // Few requests ask for it, and taking events must start without it.
      const { eraseFromQuarantine } = await import('./quarantine/erase')
      return eraseFromQuarantine({ client, table, read, store }, tenantId, erasure)
    },

    async release(tenantId, quarantineId, successors = [], limits) {
      for (;;) {
        const head = await read.head(tenantId, quarantineId)
        if (head === undefined) return false
        const missing = await read.missing(successors, head)
        const held = new Map(successors.map((item) => [item.quarantineId, item]))
        for (const { quarantineId: one } of missing) held.delete(one)
        const added = missing.map((item) => prepare(item))
        // An item that takes its place can be stored only with what removes it: the last
        // transaction.
        const isOwn = (item: Head) =>
          item.tenantId === tenantId && item.quarantineId === quarantineId
        added.sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)))
        if (await store(added, { removed: head, limits, beside: [...held.values()] })) return true
      }
    },
  }
}
