import { ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { createPeople } from '../../../event/people'
import type { Finder } from '../../../event/statement'
import { inTurns } from '../../../syntax/steps'
import type { BlobStore } from '../../blob-store'
import type { Erased, Erasure } from '../../erasure'
import { type Attributes, primaryKey, text } from '../dynamo/attributes'
import { batchWrite } from '../dynamo/batch-write'
import { inParallel } from '../dynamo/in-parallel'
import { guarded } from '../errors'
import type { Bases, StatementTable } from './bases'
import type { Base, createBodies } from './body'
import type { createFragments } from './fragments'
import { BASE, hashOf, mainPartition, partitionsFor, statementKey, statementPrefix } from './keys'
import type { Referrers } from './referrers'

interface Needs extends StatementTable {
  bodies: ReturnType<typeof createBodies>
  bases: Bases
  referrers: Referrers
  fragments: ReturnType<typeof createFragments>
  blobs: Pick<BlobStore, 'delete'>
}

const AT_A_TIME = 8

/**
 * Looks at every statement of the tenant: what one says of others stands in no index. Entries are
 * ten times as many as statements, so that a million of them are some 4 GB to read, $0.13.
 *
 * The item itself is deleted last: a process that dies before that leaves a statement that the next
 * call finds.
 */
export async function eraseStatements(
  needs: Needs,
  tenantId: string,
  { actorIds, isDryRun = false }: Erasure,
): Promise<Erased> {
  const { client, table, bodies } = needs
  const people = createPeople(actorIds)
  const named = new Set(actorIds)
  let removed = 0
  let looked = 0
  let ExclusiveStartKey: Attributes | undefined
  do {
    const answer = await guarded('erasing statements', () =>
      client.send(
        new ScanCommand({
          TableName: table,
          // The read is consistent: it sees what `add` has answered.
          ConsistentRead: true,
          FilterExpression: 'sk = :base AND begins_with(pk, :tenant)',
          ExpressionAttributeValues: {
            ':base': text(BASE),
            ':tenant': text(statementPrefix(tenantId)),
          },
          ...(ExclusiveStartKey && { ExclusiveStartKey }),
        }),
      ),
    )
    looked += answer.Items?.length ?? 0
    const theirs: { base: Base; item: Attributes }[] = []
    for (const item of answer.Items ?? []) {
      const base = await bodies.toBase(item)
      if (base === undefined) continue
      const isActor = base.finders.some(({ by, value }) => by === 'agent' && named.has(value))
      const isTheirs = isActor || (await inTurns(people.areIn(base.json, 'json')))
      if (isTheirs) theirs.push({ base, item })
    }
    const agents = new Set(theirs.flatMap(({ base }) => base.agents.map(({ id }) => id)))
    // The key of an agent is an IRI, or ends with the name of an account behind its home page.
    const erased = [...agents].filter((id) => named.has(id) || named.has(id.split('|').at(-1)!))
    if (!isDryRun) await eraseAll(needs, tenantId, theirs, erased)
    removed += theirs.length
    ExclusiveStartKey = answer.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  return { removed, looked }
}

async function eraseAll(
  needs: Needs,
  tenantId: string,
  theirs: readonly { base: Base; item: Attributes }[],
  agentKeys: readonly string[],
) {
  if (theirs.length === 0) return
  const { bases, fragments, referrers, blobs } = needs
  const gone = theirs.map(({ base }) => base)
  const reached = await bases.reach(tenantId, gone)
  await fragments.drop(tenantId, gone, agentKeys)
  await inParallel(theirs, AT_A_TIME, async ({ base, item }) => {
    const { statementId, order } = base
    const finders = reached.get(statementId)!
    const places = [
      mainPartition(tenantId, statementId),
      // It may have an entry of its own even where its target says the same more narrowly.
      ...partitionsFor(tenantId, statementId, finders),
      ...partitionsFor(tenantId, statementId, base.finders),
    ]
    const keys = [...new Set(places)].map((pk) => primaryKey(pk, order))
    await batchWrite('erasing statements', needs, keys.map(deletionOf))
    if (item.u?.S !== undefined) await blobs.delete(item.u.S)
    const behind = await referrersBehind(needs, tenantId, statementId)
    const before = await bases.reach(tenantId, behind)
    await batchWrite('erasing statements', needs, [
      deletionOf(statementKey(tenantId, statementId, BASE)),
    ])
    const after = await bases.reach(tenantId, behind)
    for (const one of behind) {
      await shrink(needs, tenantId, one, {
        before: before.get(one.statementId)!,
        after: after.get(one.statementId)!,
      })
    }
    await referrers.forget(tenantId, base)
  })
}

/** Finds all that refer to a statement, over any number of steps. */
async function referrersBehind({ bases, referrers }: Needs, tenantId: string, target: string) {
  const found = new Map<string, Base>()
  let level = [target]
  while (level.length > 0) {
    const ids = await referrers.referrersOf(tenantId, level)
    const next = ids.filter((id) => id !== target && !found.has(id))
    for (const [id, base] of await bases.read(tenantId, next)) found.set(id, base)
    level = next.filter((id) => found.has(id))
  }
  return [...found.values()]
}

/** Lets a statement be found no more by what only a statement said that is gone. */
async function shrink(
  needs: Needs,
  tenantId: string,
  { statementId, order, finders: own }: Base,
  { before, after }: { before: readonly Finder[]; after: readonly Finder[] },
) {
  const kept = new Set(after.map(hashOf))
  const lost = before.map(hashOf).filter((hash) => !kept.has(hash))
  if (lost.length === 0) return
  const remaining = new Set([
    mainPartition(tenantId, statementId),
    ...partitionsFor(tenantId, statementId, after),
    ...partitionsFor(tenantId, statementId, own),
  ])
  const places = partitionsFor(tenantId, statementId, before).filter((pk) => !remaining.has(pk))
  const keys = places.map((pk) => primaryKey(pk, order))
  await batchWrite('erasing statements', needs, keys.map(deletionOf))
  await inParallel([...remaining], AT_A_TIME, async (pk) => {
    const command = new UpdateItemCommand({
      TableName: needs.table,
      Key: primaryKey(pk, order),
      UpdateExpression: 'DELETE f :lost',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':lost': { SS: lost } },
    })
    await guarded('erasing statements', async () => {
      await needs.client.send(command).catch((error: Error) => {
        if (error.name !== 'ConditionalCheckFailedException') throw error
      })
    })
  })
}

function deletionOf(Key: Attributes) {
  return { DeleteRequest: { Key } }
}
