import type { DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { QuarantineLimits } from '../../quarantine-store'
import { type Attributes, keyOf, text } from '../dynamo/attributes'
import { transact } from '../dynamo/transact'
import { guarded } from '../errors'
import { entryKey, entryOf, type Head, headAttributes, itemKey, type Prepared } from './items'
import type { Growth, Usage } from './usage'

/** A written item has a durable text. */
export interface Written extends Prepared {
  /** Has the attributes that say where the text is. */
  text: Attributes
}

/** A change happens in one transaction. An item that is both removed and added is replaced. */
export interface Change {
  removed?: readonly Head[] | undefined
  added?: readonly Written[]
  limits?: QuarantineLimits | undefined
  /** Names what a later change removes; it counts as gone where room is looked for. */
  leaving?: Head | undefined
}

/**
 * A change has at most 32 added and one removed, or 33 removed: with an item and its entry for
 * searches, and the usage of each one's source, they are within the hundred actions of a
 * transaction.
 */
export const MAX_CHANGED = 32

/** Obstacles say why nothing was changed. */
export interface Obstacles {
  /** Lists those that another call has changed or removed. */
  gone: Head[]
  /** Lists those whose ids are held. */
  held: Written[]
}

interface Step {
  action: TransactWriteItem
  /** Says what it means that the step's condition failed. */
  gone?: Head
  held?: Written
}

/**
 * Carries out a change.
 * @returns undefined when it is done; no `gone` and no `held` when there was no room
 */
export async function carryOut(
  needs: { client: DynamoDBClient; table: string; usage: Usage },
  change: Change,
): Promise<Obstacles | undefined> {
  const steps = stepsOf(needs, change)
  const refused = await guarded('changing quarantine', () =>
    transact(
      needs.client,
      steps.map(({ action }) => action),
    ),
  )
  if (refused === undefined) return undefined
  const obstacles: Obstacles = { gone: [], held: [] }
  for (const [at, { gone, held }] of steps.entries()) {
    if (!refused[at]) continue
    if (gone !== undefined) obstacles.gone.push(gone)
    if (held !== undefined) obstacles.held.push(held)
  }
  return obstacles
}

function stepsOf({ table, usage }: { table: string; usage: Usage }, change: Change): Step[] {
  const { removed = [], added = [], limits } = change
  const former = new Map(removed.map((head) => [nameOf(head), head]))
  const later = new Map(added.map((written) => [nameOf(written), written]))

  const puts = added.map((written): Step => {
    const head = former.get(nameOf(written))
    const put = {
      TableName: table,
      Item: { ...itemKey(written), ...headAttributes(written), ...written.text },
    }
    if (head !== undefined) return { action: { Put: { ...put, ...ifStill(head) } }, gone: head }
    const ConditionExpression = 'attribute_not_exists(pk)'
    return { action: { Put: { ...put, ConditionExpression } }, held: written }
  })
  const deletes = removed
    .filter((head) => !later.has(nameOf(head)))
    .map((head): Step => {
      const Delete = { TableName: table, Key: itemKey(head), ...ifStill(head) }
      return { action: { Delete }, gone: head }
    })
  const entries = added.map((written): Step => {
    const Item = { ...entryKey(written), ...entryOf(written) }
    return { action: { Put: { TableName: table, Item } } }
  })
  const formerEntries = removed
    .filter((head) => later.get(nameOf(head))?.arrival !== head.arrival)
    .map((head): Step => ({ action: { Delete: { TableName: table, Key: entryKey(head) } } }))
  const usages = growthsOf(change).map((growth) => ({ action: usage.actionOf(growth, limits) }))
  return [...puts, ...deletes, ...entries, ...formerEntries, ...usages]
}

const nameOf = ({ tenantId, quarantineId }: Head) => keyOf(tenantId, quarantineId)

/** Requires that the item is as it was read. */
function ifStill({ version }: Head) {
  return {
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: { ':version': text(version) },
  }
}

/** Sums up a change by source. */
export function growthsOf(change: {
  removed?: readonly Head[] | undefined
  added?: readonly Head[]
  leaving?: Head | undefined
}): Growth[] {
  const { removed = [], added = [], leaving } = change
  const growths = new Map<string, Growth>()
  function grow({ tenantId, sourceId, bytes }: Head, sign: 1 | -1) {
    const key = keyOf(tenantId, sourceId)
    const none = { items: 0, bytes: 0 }
    const isLeaving = leaving !== undefined && keyOf(leaving.tenantId, leaving.sourceId) === key
    const credit = isLeaving ? { items: 1, bytes: leaving.bytes } : none
    const growth = growths.get(key) ?? {
      tenantId,
      sourceId,
      ...none,
      needsRoom: false,
      leaving: credit,
    }
    growth.items += sign
    growth.bytes += sign * bytes
    growth.needsRoom ||= sign === 1
    growths.set(key, growth)
  }
  for (const head of removed) grow(head, -1)
  for (const head of added) grow(head, 1)
  return [...growths.values()]
}
