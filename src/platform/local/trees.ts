import { setImmediate as rest } from 'node:timers/promises'
import { treeOver } from '../../merkle/tree'
import { inTurns } from '../../syntax/steps'
import type { ChangeBatch } from '../change-feed'
import type { KeptHead, Trees } from '../trees'
import { isDamage } from './database'
import { createDurably } from './durably'
import { emptyWal } from './empty-wal'
import type { Cursors } from './log/cursors'
import type { SegmentBatch } from './log/follower'
import type { Notices } from './notices'
import { createAdding, type Stored } from './trees/adding'
import { createExpire } from './trees/expire'
import { markDamaged, openTreesFile } from './trees/file'
import { AFTER_ALL, createFinding } from './trees/finding'
import { hashing } from './trees/hashing'
import { createTreeRows, type TreeRow } from './trees/rows'

// So many trees are closed, or forgotten, in one go: those of an hour of as many tenants.
const TREES_AT_ONCE = 1000

/**
 * Keeps trees in a SQLite file (`trees/file.ts`). Some 75 bytes an event stay, 32 of them its hash.
 * Disposing closes the file.
 */
export interface LocalTrees extends Trees, AsyncDisposable {
  /** If true, nothing was ever added: the file is new. */
  isNew(): boolean
}

export function openTrees(
  file: string,
  notices: Pick<Notices, 'add'>,
  disk: Parameters<typeof createDurably>[1] = {},
): LocalTrees {
  const db = openTreesFile(file, notices)
  const durably = createDurably(db, disk)
  const rows = createTreeRows(db, durably)
  const adding = createAdding()
  const finding = createFinding(rows)
  const expire = createExpire({ rows, adding, finding })
  let last: Promise<unknown> = Promise.resolve()

  /** Whatever changes trees waits for what changes them before it, and for the disk. */
  function inOrder<Done>(work: () => Promise<Done>): Promise<Done> {
    const own = last.then(async () => {
      const done = await work()
      await rows.onDisk()
      return done
    })
    last = own.catch(() => {})
    return own
  }

  const rootOf = ({ id, size }: TreeRow) =>
    treeOver((level, at) => rows.tile(id, level, at), hashing).root(size)

  async function headOf(row: TreeRow): Promise<KeptHead> {
    const { hour, size: treeSize, root } = row
    return { hour, treeSize, root: root ?? (await rootOf(row)), isClosed: root !== null }
  }

  return {
    isNew: () => rows.latestBatch() === undefined,

    add: (batch) =>
      inOrder(async () => {
        if (rows.latestBatch() === batch.id) return
        try {
          rows.write(batch.id, await inTurns(adding.add(storedIn(batch), rows)))
        } catch (error) {
          // In memory they have leaves now that are not in the file.
          adding.forget()
          if (isDamage(error)) markDamaged(file, notices)
          throw error
        }
      }),

    async heads(tenantId, { limit, cursor, from = '', until = AFTER_ALL }) {
      await rows.onDisk()
      const before = cursor !== undefined && cursor < until ? cursor : until
      const found = rows.treesBefore(tenantId, from, before, limit + 1)
      const items: KeptHead[] = []
      for (const row of found.slice(0, limit)) items.push(await headOf(row))
      return { items, ...(found.length > limit && { nextCursor: items.at(-1)?.hour }) }
    },

    async head(tenantId, hour) {
      await rows.onDisk()
      const row = rows.tree(tenantId, hour)
      return row === null ? undefined : headOf(row)
    },

    async find(tenantId, eventIds, from, until) {
      await rows.onDisk()
      return finding.find(tenantId, eventIds, from, until)
    },

    async *leaves(tenantId, hour, { from = 0, to = Number.POSITIVE_INFINITY } = {}) {
      await rows.onDisk()
      const row = rows.tree(tenantId, hour)
      if (row === null) return
      for (const some of finding.leaves(row.id, from, Math.min(to, row.size))) {
        yield some
        await rest()
      }
    },

    async tile(tenantId, hour, level, at) {
      await rows.onDisk()
      const row = rows.tree(tenantId, hour)
      return row === null ? undefined : rows.tile(row.id, level, at)
    },

    closable: async (before) => rows.growing(before, TREES_AT_ONCE),

    close: (tenantId, hour) =>
      inOrder(async () => {
        // Hours are closed in their order, and what comes late is in none before one that is closed.
        for (const row of rows.growingOf(tenantId, hour)) {
          rows.close(row, await rootOf(row))
          adding.forget(row)
        }
        const row = rows.tree(tenantId, hour)
        return row === null ? undefined : headOf(row)
      }),

    erase: (tenantId, eventIds) =>
      inOrder(async () => {
        let removed = 0
        for (const { tree, at, places } of await finding.everywhere(tenantId, eventIds)) {
          adding.forget(tree)
          rows.forget(tree.id, at, places)
          removed += places.length
        }
        // The WAL may still have a salt that was overwritten.
        if (removed > 0) await emptyWal(file)
        return { removed }
      }),

    expire: (tenantId, now, keptDays) => inOrder(() => expire(tenantId, now, keptDays)),

    async [Symbol.asyncDispose]() {
      await last
      durably[Symbol.dispose]()
      db.close()
    },
  }
}

/** Gives what has leaves: records that are still in memory, and bodies of the log of which nothing is made that nobody needs. */
function* storedIn(batch: ChangeBatch): Generator<Stored> {
  if (!('segments' in batch)) {
    for (const [place, record] of batch.records().entries()) {
      yield { records: [record], storedAt: batch.storedAt(place) }
    }
    return
  }
  const { segments, recentOf } = batch as SegmentBatch
  for (const segment of segments) {
    const { columns, storedAt } = segment
    const records = recentOf(segment)
    const body = records === undefined ? segment.read()?.body : undefined
    if (records !== undefined) yield { records, storedAt }
    else if (body !== undefined) yield { body, columns, storedAt }
  }
}

/** The consumer that adds to trees (`changes/trees.ts`). */
const NAME = 'trees'

/** Begins anew with the log where the file of the trees was lost: what is still in the log is proven again. */
export function followTrees(needs: {
  cursors: Pick<Cursors, 'peek' | 'set'>
  trees: Pick<LocalTrees, 'isNew'>
  notices: Pick<Notices, 'add'>
}): void {
  const { cursors, trees, notices } = needs
  if (!trees.isNew() || (cursors.peek(NAME) ?? 0) === 0) return
  notices.add('the trees that prove events were lost: those of the log are put into trees anew')
  cursors.set(NAME, 0)
}
