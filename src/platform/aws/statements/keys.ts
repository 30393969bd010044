import { createHash } from 'node:crypto'
import { AUTHORITY_HOME, type Finder, type FinderName } from '../../../event/statement'
import { type Attributes, keyOf, primaryKey } from '../dynamo/attributes'

/** Statements are listed in these dimensions. */
export type Dimension = 'all' | Exclude<FinderName, 'source'>

/**
 * A dimension spreads statements that share a value over so many partitions. A partition takes
 * 1,000 write units a second (developer guide, "Burst and adaptive capacity") and an entry is one:
 * one tenant can store so many thousand statements a second. Everything stands in `all`, and a site or
 * a course may be among the related activities of everything; the same instructor, of a large
 * course; verbs and objects are a few at a time. A learner or a registration with 1,000 statements a
 * second is not known.
 *
 * A number may grow (what was written under fewer is still found), never shrink.
 */
export const SHARDS: Record<Dimension, number> = {
  all: 16,
  agent: 1,
  relatedAgent: 8,
  verb: 8,
  activity: 8,
  relatedActivity: 16,
  registration: 1,
}

/**
 * Tells in which dimension a finder looks. What a source stored, and with which authority, is the
 * same for so many statements that all are as good: entries there are filtered.
 */
export function dimensionOf({ by, value }: Finder): Dimension {
  if (by === 'source') return 'all'
  return by === 'relatedAgent' && value.startsWith(AUTHORITY_HOME) ? 'all' : by
}

/** A value that stands in the narrower dimension has no entry in the wider one: it is asked too. */
const narrower: Partial<Record<Dimension, 'agent' | 'activity'>> = {
  relatedAgent: 'agent',
  relatedActivity: 'activity',
}

// Keys have these letters for dimensions, since every entry is stored with its key.
const letters: Record<Dimension, string> = {
  all: '-',
  agent: 'a',
  relatedAgent: 'ra',
  verb: 'v',
  activity: 'o',
  relatedActivity: 'ro',
  registration: 'r',
}

// These are 72 bits of SHA-256: entries are found and filtered by hashes alone, and of a hundred million
// values no two have the same, but for one chance in a million.
const HASH_LENGTH = 12

export const BASE = 's'
export const VOID = 'v'
export const WAITED_FOR = 'w'
export const REFERRER = 'r#'

/**
 * All about one statement is under one key: `s` itself, `v` that another voids it, `w` that others
 * refer to it, and `r#…` each of those.
 */
export function statementKey(tenantId: string, statementId: string, sk: string): Attributes {
  return primaryKey(keyOf(tenantId, 's', statementId), sk)
}

/** Reads the id from a key that `statementKey` made. */
export function statementIdOf(pk: string): string {
  return decodeURIComponent(pk.slice(pk.lastIndexOf('#') + 1))
}

/** All keys of a tenant's statements begin so. */
export function statementPrefix(tenantId: string): string {
  return `${keyOf(tenantId, 's')}#`
}

export function hashOf({ by, value }: Finder): string {
  return digest(`${by}\n${value}`).slice(0, HASH_LENGTH)
}

/** Hashes a text of any length to a part of a key: 132 bits, which nobody can aim at. */
export function shortened(text: string): string {
  return digest(text).slice(0, 22)
}

/** Names the partition of `all` where a statement stands. */
export function mainPartition(tenantId: string, statementId: string): string {
  return partition(tenantId, 'all', '', shardOf(statementId, SHARDS.all))
}

/** Names the other partitions where a statement stands that is found by these. */
export function partitionsFor(
  tenantId: string,
  statementId: string,
  finders: readonly Finder[],
): string[] {
  const known = new Set(finders.map(({ by, value }) => `${by}\n${value}`))
  return finders.flatMap((finder) => {
    const dimension = dimensionOf(finder)
    if (dimension === 'all' || known.has(`${narrower[dimension]}\n${finder.value}`)) return []
    return partition(tenantId, dimension, hashOf(finder), shardOf(statementId, SHARDS[dimension]))
  })
}

/** Names all partitions that may hold what a finder finds; without one, all there are. */
export function partitionsOf(tenantId: string, finder?: Finder): string[] {
  const dimension = finder === undefined ? 'all' : dimensionOf(finder)
  if (finder === undefined || dimension === 'all') return shards(tenantId, 'all', '')
  const by = narrower[dimension]
  return [
    ...shards(tenantId, dimension, hashOf(finder)),
    ...(by === undefined ? [] : shards(tenantId, by, hashOf({ by, value: finder.value }))),
  ]
}

/** Tells whether every entry of a finder's partitions is found by it. */
export function isExact(finder: Finder): boolean {
  const dimension = dimensionOf(finder)
  return dimension !== 'all' && narrower[dimension] === undefined
}

function shards(tenantId: string, dimension: Dimension, hash: string): string[] {
  return Array.from({ length: SHARDS[dimension] }, (_, shard) =>
    partition(tenantId, dimension, hash, shard),
  )
}

function partition(tenantId: string, dimension: Dimension, hash: string, shard: number): string {
  return keyOf(tenantId, letters[dimension], hash, shard.toString(36))
}

function shardOf(statementId: string, count: number): number {
  if (count === 1) return 0
  return createHash('sha256').update(statementId).digest().readUInt32BE() % count
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
