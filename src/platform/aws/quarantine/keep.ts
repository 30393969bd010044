import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { AppError } from '../../../error/app-error'
import type { QuarantineLimits } from '../../quarantine-store'
import { chunksOf } from '../dynamo/in-parallel'
import { type Change, carryOut, growthsOf, MAX_CHANGED, type Written } from './change'
import { type Head, headFrom, type Prepared } from './items'
import type { Reader } from './read'
import { prepare, type Texts } from './texts'
import type { Usage } from './usage'

interface Needs {
  client: DynamoDBClient
  table: string
  usage: Usage
  read: Reader
  texts: Texts
}

type Named = Pick<Head, 'tenantId' | 'quarantineId'>

interface Options {
  limits?: QuarantineLimits | undefined
  /** Goes with the last of the items. One that has the id of an item is replaced by it. */
  removed?: Head | undefined
  /** Follow `removed` as well, and are held already. */
  beside?: readonly Named[]
}

/**
 * Stores items.
 * @returns false when another call has changed `removed`, or removed what is `beside`; then nothing is
 * stored
 */
export type Keep = (items: readonly Prepared[], options: Options) => Promise<boolean>

/**
 * Up to 32 items are stored in one transaction. More are stored in several, and what is removed
 * goes with the last: a process that dies in between leaves some of them beside it, none is lost,
 * and a call that does it again finds those held. When there turns out to be no room, what was
 * stored is removed again; but for what another call, which found it held, has adopted.
 */
export function createKeep(needs: Needs): Keep {
  const { usage, read, texts } = needs

  /**
   * Adds the items.
   * @returns what it has added; undefined when what it removes was changed by another call
   */
  async function place(
    items: readonly Prepared[],
    change: Omit<Change, 'added'>,
  ): Promise<Written[] | undefined> {
    let added = await Promise.all(
      items.map(async (item) => ({ ...item, text: await texts.write(item) })),
    )
    try {
      for (;;) {
        const obstacles = await carryOut(needs, { ...change, added })
        if (obstacles === undefined) return added
        const { gone, held } = obstacles
        if (gone.length > 0) {
          await texts.discard(added)
          return undefined
        }
        if (held.length > 0) {
          // Other calls were faster; the rest is tried again, as it is when room was made
          // meanwhile.
          const follows = change.removed !== undefined || change.leaving !== undefined
          const stay = follows ? await adopt(held) : held
          await texts.discard(stay)
          added = added.filter((one) => !stay.includes(one))
          if (added.length === 0 && change.removed === undefined) return []
        } else if (change.limits !== undefined) {
          await usage.requireRoom(growthsOf({ ...change, added }), change.limits)
        }
      }
    } catch (thrown) {
      // The items may have been added when the failure is another one.
      if (thrown instanceof AppError) await texts.discard(added)
      throw thrown
    }
  }

  /**
   * Writes items that are held once more, as they are, in versions of this call. A call that stored
   * them on its way to removing the same item, and comes too late, would take them back: it finds them
   * changed, and leaves them (`remove`).
   * @param items are at most `MAX_CHANGED`, of one tenant
   * @returns those that are held
   */
  async function adopt<Item extends Named>(items: readonly Item[]): Promise<Item[]> {
    const [{ tenantId } = { tenantId: '' }] = items
    for (;;) {
      const ids = items.map(({ quarantineId }) => quarantineId)
      const heads: Head[] = []
      const adopted: Prepared[] = []
      for (const attributes of (await read.held(tenantId, ids)).values()) {
        const item = await read.itemOf(attributes)
        if (item === undefined) continue
        const head = headFrom(attributes)
        heads.push(head)
        adopted.push(prepare(item, head.arrival))
      }
      // Another call may have changed one of them, or removed it.
      if (heads.length > 0 && (await place(adopted, { removed: heads })) === undefined) continue
      await texts.discard(heads)
      const held = new Set(heads.map(({ quarantineId }) => quarantineId))
      return items.filter(({ quarantineId }) => held.has(quarantineId))
    }
  }

  async function remove(heads: readonly Head[]) {
    for (const chunk of chunksOf(heads, MAX_CHANGED)) {
      let removed = chunk
      while (removed.length > 0) {
        const obstacles = await carryOut(needs, { removed })
        if (obstacles === undefined) break
        removed = removed.filter((head) => !obstacles.gone.includes(head))
      }
      await texts.discard(removed)
    }
  }

  return async function store(items, { limits, removed, beside = [] }) {
    if (limits !== undefined) {
      const growths = growthsOf({ removed: removed && [removed], added: items })
      await usage.requireRoom(growths, limits)
    }
    for (const chunk of chunksOf(beside, MAX_CHANGED)) {
      if ((await adopt(chunk)).length < chunk.length) return false
    }
    const chunks = chunksOf(items, MAX_CHANGED)
    const last = chunks.pop() ?? []
    const stored: Written[] = []
    try {
      for (const chunk of chunks) {
        stored.push(...((await place(chunk, { limits, leaving: removed })) ?? []))
      }
      const isDone = await place(last, { limits, removed: removed && [removed] })
      if (isDone === undefined) await remove(stored)
      else if (removed !== undefined) await texts.discard([removed])
      return isDone !== undefined
    } catch (thrown) {
      if (thrown instanceof AppError) await remove(stored)
      throw thrown
    }
  }
}
