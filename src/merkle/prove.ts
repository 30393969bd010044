import { hash as digestOf } from 'node:crypto'
import type { FoundLeaf, KeptHead, Trees } from '../platform/trees'
import { treeHashing } from './hashes'
import type { ChainedRoot, InclusionProof, TreeHead } from './proof'
import { MissingTile, treeOver } from './tree'

const hashing = treeHashing((bytes) => digestOf('sha256', bytes, 'buffer'))

/** A leaf's proofs: of the item as it was sent, and of what is kept where that is another text. */
export interface EventProofs {
  sent: InclusionProof
  kept?: InclusionProof | undefined
}

/** Proofs over the trees of a platform. */
export interface Proofs {
  /**
   * Proves that an event is in its tree as that is now.
   * @param hours within which its tree is looked for: `from` on, and before `until`
   * @returns undefined while it is in none, and once it was erased or has expired
   */
  ofEvent(
    tenantId: string,
    eventId: string,
    hours: { from: string; until?: string | undefined },
  ): Promise<EventProofs | undefined>
  /**
   * Proves that a tree of one size is the beginning of the same tree at another.
   * @returns undefined when there is no such tree, or nothing of it is kept but its root
   * @throws {RangeError} when a size is none of that tree's
   */
  between(
    tenantId: string,
    hour: string,
    sizes: { from: number; to: number },
  ): Promise<HourConsistency | undefined>
}

/** The roots of closed hours, which follow each other. */
export interface RootChain {
  list(
    tenantId: string,
    page: { limit: number; cursor?: string | undefined; isNewestFirst?: boolean },
  ): Promise<{ items: ChainedRoot[]; nextCursor?: string | undefined }>
  ofHour(tenantId: string, hour: string): Promise<ChainedRoot | undefined>
}

export interface HourConsistency {
  hour: string
  from: { treeSize: number; root: string }
  to: { treeSize: number; root: string }
  path: string[]
}

export function createProofs(trees: Pick<Trees, 'find' | 'head' | 'tile'>): Proofs {
  function treeOf(tenantId: string, hour: string) {
    const tiles = new Map<string, Promise<Uint8Array | undefined>>()
    // A proof reads some tiles several times.
    return treeOver((level, at) => {
      const name = `${level}/${at}`
      const tile = tiles.get(name) ?? trees.tile(tenantId, hour, level, at)
      tiles.set(name, tile)
      return tile
    }, hashing)
  }

  return {
    async ofEvent(tenantId, eventId, { from, until }) {
      const found = (await trees.find(tenantId, [eventId], from, until)).get(eventId)
      const sent = found?.findLast((leaf) => leaf.of === 'sent')
      if (sent === undefined) return undefined
      const head = await trees.head(tenantId, sent.hour)
      if (head === undefined) return undefined
      const tree = treeOf(tenantId, sent.hour)
      const proofOf = async (leaf: FoundLeaf): Promise<InclusionProof> => ({
        salt: hex(leaf.salt!),
        leafHash: hex(leaf.hash),
        leafIndex: leaf.index,
        treeSize: head.treeSize,
        path: (await tree.inclusion(leaf.index, head.treeSize)).map(hex),
        root: hex(head.root),
        hour: head.hour,
      })
      // The leaf of what is kept follows that of what was sent.
      const kept = found?.find((leaf) => leaf.of === 'kept' && leaf.index === sent.index + 1)
      return { sent: await proofOf(sent), ...(kept && { kept: await proofOf(kept) }) }
    },

    async between(tenantId, hour, { from, to }) {
      const head = await trees.head(tenantId, hour)
      if (head === undefined) return undefined
      if (to > head.treeSize)
        throw new RangeError(`The tree of ${hour} has ${head.treeSize} leaves`)
      const tree = treeOf(tenantId, hour)
      try {
        const path = await tree.consistency(from, to)
        const rootAt = async (treeSize: number) => ({
          treeSize,
          root: hex(await tree.root(treeSize)),
        })
        return { hour, from: await rootAt(from), to: await rootAt(to), path: path.map(hex) }
      } catch (error) {
        if (
          error instanceof MissingTile &&
          (await trees.tile(tenantId, hour, 0, 0)) === undefined
        ) {
          return undefined
        }
        throw error
      }
    },
  }
}

/** Shows a head with its root in hexadecimal. */
export function shownHead({ root, ...head }: KeptHead): TreeHead {
  return { ...head, root: hex(root) }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
