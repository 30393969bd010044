import { UpdateItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb'
import { queryAll, text } from '../dynamo/attributes'
import { batchGet } from '../dynamo/batch-get'
import { batchWrite } from '../dynamo/batch-write'
import { inParallel } from '../dynamo/in-parallel'
import { guarded } from '../errors'
import type { Bases, StatementTable } from './bases'
import { type Base, seconds } from './body'
import { grow } from './entries'
import { REFERRER, statementKey, VOID, WAITED_FOR } from './keys'

const CALLS_AT_A_TIME = 16

interface Needs extends StatementTable {
  bases: Bases
  /** So many statements that refer to one are led on in a call. */
  maxReferrers: number
}

/** Keeps which statements refer to one, whether or not that one is there. */
export function createReferrers({ bases, maxReferrers, ...to }: Needs) {
  /** Lists who refers to these. */
  async function referrersOf(tenantId: string, ids: readonly string[]): Promise<string[]> {
    const keys = [...new Set(ids)].map((id) => statementKey(tenantId, id, WAITED_FOR))
    const waitedFor = await batchGet('reading references', to, keys, ['pk'])
    const lists = await inParallel(waitedFor, CALLS_AT_A_TIME, ({ pk }) =>
      guarded('reading references', () =>
        queryAll(to.client, {
          TableName: to.table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk!, ':prefix': text(REFERRER) },
          ProjectionExpression: 'sk',
        }),
      ),
    )
    return lists.flat().map(({ sk }) => sk!.S!.slice(REFERRER.length))
  }

  /** Notes that a statement is voided, for as long as one that voids it is held. */
  async function voidTarget(tenantId: string, { refersTo, expiresAt }: Base) {
    const command = new UpdateItemCommand({
      TableName: to.table,
      Key: statementKey(tenantId, refersTo!, VOID),
      UpdateExpression: 'SET x = :x',
      ConditionExpression: 'attribute_not_exists(x) OR x < :x',
      ExpressionAttributeValues: { ':x': seconds(expiresAt) },
    })
    await guarded('voiding statements', async () => {
      await to.client.send(command).catch((error: Error) => {
        if (error.name !== 'ConditionalCheckFailedException') throw error
      })
    })
  }

  return {
    /** Notes what statements refer to, and void: the targets may come later. */
    async note(tenantId: string, referring: readonly Base[]): Promise<void> {
      const requests = new Map<string, WriteRequest>()
      for (const { statementId, refersTo, expiresAt } of referring) {
        const x = seconds(expiresAt)
        for (const sk of [REFERRER + statementId, WAITED_FOR]) {
          const Item = { ...statementKey(tenantId, refersTo!, sk), x }
          requests.set(`${refersTo} ${sk}`, { PutRequest: { Item } })
        }
      }
      await batchWrite('adding references', to, [...requests.values()])
      const voiding = referring.filter(({ voids }) => voids)
      await inParallel(voiding, CALLS_AT_A_TIME, (base) => voidTarget(tenantId, base))
    },

    /**
     * Lets statements that refer to these, over any number of steps, be found as these are.
     * @returns false when there are more than one call may lead on
     */
    async lead(tenantId: string, targets: readonly string[]): Promise<boolean> {
      const seen = new Set(targets)
      let level: readonly string[] = targets
      while (level.length > 0) {
        const found = (await referrersOf(tenantId, level)).filter((id) => !seen.has(id))
        const next = [...new Set(found)].slice(0, maxReferrers - (seen.size - targets.length))
        if (next.length < new Set(found).size) return false
        const referring = [...(await bases.read(tenantId, next)).values()]
        const reached = await bases.reach(tenantId, referring)
        const grown = referring.map((base) => ({ base, finders: reached.get(base.statementId)! }))
        await grow(to, tenantId, grown, { areComplete: false })
        for (const id of next) seen.add(id)
        level = next
      }
      return true
    },

    referrersOf,

    /** Forgets that a statement refers to another. */
    async forget(tenantId: string, { statementId, refersTo }: Base): Promise<void> {
      if (refersTo === undefined) return
      const Key = statementKey(tenantId, refersTo, REFERRER + statementId)
      await batchWrite('erasing references', to, [{ DeleteRequest: { Key } }])
    },
  }
}

export type Referrers = ReturnType<typeof createReferrers>
