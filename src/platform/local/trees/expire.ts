import { setImmediate as rest } from 'node:timers/promises'
import type { RetentionClass } from '../../../event/record'
import { TILE } from '../../../merkle/tree'
import type { KeptLeaf } from '../../trees'
import { hourOf, timeOf } from './adding'
import { AFTER_ALL, type Finding } from './finding'
import type { GrowingThread } from './growing-thread'
import { packKind, unpackKind } from './kinds'
import type { TreeRow, TreeRows } from './rows'

const DAY_MS = 24 * 60 * 60 * 1000
// The lake forgets whole days, of arrival, and its files go within a day more.
const SLACK_DAYS = 2
// So many trees are listed at a time: those of a year are ten times as many.
const TREES_AT_ONCE = 1000

interface Needs {
  rows: TreeRows
  growing: Pick<GrowingThread, 'forget'>
  finding: Pick<Finding, 'leaves'>
}

/** Makes what forgets ids and salts of events whose days have passed. */
export function createExpire({ rows, growing, finding }: Needs) {
  async function expireTree(
    tree: TreeRow,
    now: Date,
    keptDays: Readonly<Record<RetentionClass, number>>,
  ): Promise<number> {
    const kinds = JSON.parse(tree.kinds) as number[]
    const ageDays = (now.getTime() - timeOf(tree.hour)) / DAY_MS
    function isOver(kind: number): boolean {
      const { retentionClass, retentionDays = Number.POSITIVE_INFINITY } = unpackKind(kind)
      return Math.min(keptDays[retentionClass], retentionDays) + SLACK_DAYS < ageDays
    }
    const left = kinds.filter((kind) => !isOver(kind))
    // A tree that still grows is not done with.
    if (left.length === kinds.length || tree.root === null) return 0
    growing.forget(tree)
    let removed = 0
    for (const leaves of finding.leaves(tree.id, 0, tree.size)) {
      const gone = leaves.filter((leaf) => leaf.eventId !== undefined && isOver(kindOf(leaf)))
      if (left.length > 0) forget(tree, gone)
      removed += gone.length
      await rest()
    }
    if (left.length === 0) rows.drop(tree.id)
    else rows.setKinds(tree.id, left)
    return removed
  }

  const kindOf = ({ retentionClass, retentionDays, of }: KeptLeaf) =>
    packKind(retentionClass, retentionDays, of)

  function forget(tree: TreeRow, leaves: readonly KeptLeaf[]) {
    const tiles = Map.groupBy(leaves, ({ index }) => Math.floor(index / TILE))
    for (const [at, own] of tiles) {
      rows.forget(
        tree.id,
        at,
        own.map(({ index }) => index % TILE),
      )
    }
  }

  return async function expire(
    tenantId: string,
    now: Date,
    keptDays: Readonly<Record<RetentionClass, number>>,
  ): Promise<{ removed: number }> {
    let removed = 0
    // No event is kept for less than a day.
    const until = hourOf(now.getTime() - (1 + SLACK_DAYS) * DAY_MS)
    for (let from = ''; from < AFTER_ALL; ) {
      const trees = rows.treesFrom(tenantId, from, until, TREES_AT_ONCE)
      for (const tree of trees) removed += await expireTree(tree, now, keptDays)
      from = trees.length < TREES_AT_ONCE ? AFTER_ALL : `${trees.at(-1)!.hour} `
    }
    return { removed }
  }
}
