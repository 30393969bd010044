import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { AppError } from '../../../error/app-error'
import type { QuarantineLimits } from '../../quarantine-store'
import { chunksOf } from '../dynamo/in-parallel'
import { type Change, carryOut, growthsOf, MAX_CHANGED, type Written } from './change'
import type { Head, Prepared } from './items'
import type { Texts } from './texts'
import type { Usage } from './usage'

interface Needs {
  client: DynamoDBClient
  table: string
  usage: Usage
  texts: Texts
}

interface Options {
  limits?: QuarantineLimits | undefined
  /** Goes with the last of the items. One that has the id of an item is replaced by it. */
  removed?: Head | undefined
}

/** Stores items. @returns false when another call has changed `removed`; then nothing is stored */
export type Keep = (items: readonly Prepared[], options: Options) => Promise<boolean>

/**
 * Up to 32 items are stored in one transaction. More are stored in several, and what is removed
 * goes with the last: a process that dies in between leaves some of them beside it, none is lost,
 * and a call that does it again finds those held. When there turns out to be no room, what was
 * stored is removed again.
 */
export function createKeep(needs: Needs): Keep {
  const { usage, texts } = needs

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
          await texts.discard(held)
          added = added.filter((one) => !held.includes(one))
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

  return async function store(items, { limits, removed }) {
    if (limits !== undefined) {
      const growths = growthsOf({ removed: removed && [removed], added: items })
      await usage.requireRoom(growths, limits)
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
