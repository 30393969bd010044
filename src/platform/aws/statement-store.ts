import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { BlobStore } from '../blob-store'
import type { Clock } from '../clock'
import type { TokenSigner } from '../shared/page-token'
import type { StatementStore } from '../statement-store'
import { addWith } from './statements/add'
import { createBases, heldOf } from './statements/bases'
import { createBodies } from './statements/body'
import { createFragments } from './statements/fragments'
import { createMarks } from './statements/marks'
import { queryStatements } from './statements/query'
import { createReferrers } from './statements/referrers'

interface Needs {
  client: DynamoDBClient
  table: string
  /** Stores bodies that are too large for an item. */
  blobs: Pick<BlobStore, 'put' | 'get' | 'delete'>
  clock: Clock
  /** Signs cursors. */
  tokens: () => Promise<TokenSigner>
  /**
   * So many statements that refer to one, over any number of steps, are led on in a call; who follows
   * the feed leads on all.
   */
  maxReferrers: number
}

/**
 * Stores each statement as an item, and an entry for each value that finds it, in partitions that
 * are sorted by `stored` (`statements/keys.ts`, decisions/0043).
 */
export function createStatementStore({ blobs, ...needs }: Needs): StatementStore {
  const { client, table, clock, tokens, maxReferrers } = needs
  const from = { client, table }
  const bodies = createBodies(blobs)
  const bases = createBases({ ...from, bodies })
  const referrers = createReferrers({ ...from, bases, maxReferrers })
  const fragments = createFragments(from)
  const marks = createMarks({ ...from, clock })
  const parts = { ...from, bodies, bases, referrers, fragments, marks, clock }

  return {
    begin: marks.begin,
    add: addWith(parts),

    async get(tenantId, statementId) {
      const { packed, named } = await bases.readPacked(tenantId, [statementId])
      const item = packed.get(statementId)
      const base = item && (await bodies.toBase(item))
      const isLive = base !== undefined && Date.parse(base.expiresAt) > clock.now().getTime()
      return isLive ? heldOf(base, named.has(statementId)) : undefined
    },

    query(tenantId, query, page) {
      const source = { ...parts, tokens, now: clock.now().getTime() }
      return queryStatements(source, tenantId, query, page)
    },

    async consistentThrough(tenantId) {
      return new Date(await marks.through(tenantId)).toISOString()
    },

    async activity(tenantId, activityId) {
      return fragments.read(tenantId, 'activities', activityId, clock.now().getTime())
    },

    async agent(tenantId, agentKey) {
      return fragments.read(tenantId, 'agents', agentKey, clock.now().getTime())
    },

    // DynamoDB drops items by their time to live, without being asked.
    expire: async () => ({ dropped: 0 }),

    async erase(tenantId, erasure) {
      // Few requests ask for it, and taking statements must start without it.
      const { eraseStatements } = await import('./statements/erase')
      return eraseStatements({ ...parts, blobs }, tenantId, erasure)
    },

    async [Symbol.asyncDispose]() {},
  }
}
