import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { CountedSource, Tally } from '../../conformance-counts'
import { beginOf, emptyTally, KEPT_MS } from '../../shared/tally'
import { type Attributes, keyOf, number, primaryKey } from '../dynamo/attributes'

// Each code has an attribute, so that any number of processes can add to it.
const ISSUE = 'issue:'
const WITHHELD = 'withheld:'
const COUNTED = 'counted:'

// An update's expression has at most 4 KB and 300 operators ("Expressions", limits): two hundred
// codes fit, a hundred leave room.
const CODES = 100

/** Cuts the counts into parts that an update can hold. */
export function partsOf({ issues, withheld, countedTypes, ...tally }: Tally): Tally[] {
  const parts: Tally[] = inParts(issues).map((part) => ({ ...emptyTally(), issues: part }))
  parts[0] = { ...tally, issues: parts[0]?.issues ?? {} }
  for (const part of inParts(withheld)) parts.push({ ...emptyTally(), withheld: part })
  for (const part of inParts(countedTypes)) parts.push({ ...emptyTally(), countedTypes: part })
  return parts
}

function inParts(counts: Record<string, number> = {}): Record<string, number>[] {
  const codes = Object.entries(counts)
  const parts = []
  for (let at = 0; at < codes.length; at += CODES) {
    parts.push(Object.fromEntries(codes.slice(at, at + CODES)))
  }
  return parts
}

/** Adds to an hour of a source. @param tally with at most a hundred codes */
export function updateOf(
  TableName: string,
  { tenantId, sourceId }: CountedSource,
  hour: string,
  { issues, withheld = {}, countedTypes = {}, ...totals }: Tally,
): TransactWriteItem {
  const named = (prefix: string, counts: Record<string, number>) =>
    Object.entries(counts).map(([code, items]) => [prefix + code, items] as const)
  const added = [
    ...Object.entries(totals),
    ...named(ISSUE, issues),
    ...named(WITHHELD, withheld),
    ...named(COUNTED, countedTypes),
  ]
  // TTL reads whole seconds.
  const expiresAt = Math.floor((Date.parse(beginOf(hour, 'hour')) + KEPT_MS) / 1000)
  return {
    Update: {
      TableName,
      Key: primaryKey(keyOf('counts', tenantId, sourceId), hour),
      UpdateExpression: `SET expiresAt = :expiresAt ADD ${added.map((_, n) => `#${n} :${n}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(added.map(([name], n) => [`#${n}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(added.map(([, items], n) => [`:${n}`, number(items)])),
        ':expiresAt': number(expiresAt),
      },
    },
  }
}

export function tallyFrom(item: Attributes): Tally {
  const count = (name: string) => Number(item[name]?.N ?? 0)
  const named = (prefix: string) => {
    const names = Object.keys(item).filter((name) => name.startsWith(prefix))
    return Object.fromEntries(names.map((name) => [name.slice(prefix.length), count(name)]))
  }
  const [withheld, countedTypes] = [named(WITHHELD), named(COUNTED)]
  return {
    stored: count('stored'),
    conformant: count('conformant'),
    quarantined: count('quarantined'),
    issues: named(ISSUE),
    ...(Object.keys(withheld).length > 0 && { withheld }),
    ...(Object.keys(countedTypes).length > 0 && { countedTypes }),
  }
}
