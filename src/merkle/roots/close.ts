import type { Trees } from '../../platform/trees'
import type { Log } from '../../telemetry/log'
import type { TreeHead } from '../proof'
import type { Roots } from './roots'

export interface CloseNeeds {
  trees: Pick<Trees, 'closable' | 'close' | 'heads'>
  roots: Pick<Roots, 'end' | 'extend'>
  /** Publishes the roots up to one. @returns whether all of them are out */
  publish(tenantId: string, through: number): Promise<boolean>
  log: Log
}

// A page is some hundred kilobytes at most.
const PAGE = 1000

/** Tells the hour of a time, as trees have it. */
export const hourOf = (time: Date) => time.toISOString().slice(0, 13)

/**
 * Closes the trees of hours that are over, chains their roots, and publishes those. It may be called at any
 * time, and again after a kill: each step finds what the one before it left.
 * @param through all that was stored before this time is in its tree
 * @throws {StorageError} the next call goes on
 */
export async function closeHours(
  { trees, roots, publish, log }: CloseNeeds,
  tenantIds: readonly string[],
  through: Date,
): Promise<{ chained: number }> {
  const before = hourOf(through)
  for (const { tenantId, hour } of await trees.closable(before)) await trees.close(tenantId, hour)
  let chained = 0
  for (const tenantId of tenantIds) {
    const { hour: last } = await roots.end(tenantId)
    const added = await roots.extend(tenantId, await closedAfter(trees, tenantId, last))
    chained += added.length
    const { sequence } = await roots.end(tenantId)
    if (sequence > 0) await publish(tenantId, sequence)
  }
  if (chained > 0) log.info('hours of the log were closed', { roots: chained })
  return { chained }
}

/** Lists closed trees, the oldest first, up to the first that still grows: the chain has no gaps. */
async function closedAfter(trees: CloseNeeds['trees'], tenantId: string, last: string) {
  const heads: TreeHead[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await trees.heads(tenantId, {
      ...{ limit: PAGE, cursor },
      ...(last !== '' && { from: last }),
    })
    heads.push(
      ...page.items.map(({ root, ...head }) => ({
        ...head,
        root: Buffer.from(root).toString('hex'),
      })),
    )
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  const later = heads.filter(({ hour }) => hour > last).reverse()
  const open = later.findIndex(({ isClosed }) => !isClosed)
  return open < 0 ? later : later.slice(0, open)
}
