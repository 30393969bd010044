import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { CountedSource, Tally } from '../../conformance-counts'
import { beginOf, emptyTally, KEPT_MS } from '../../shared/tally'
import { type Attributes, keyOf, number, primaryKey } from '../dynamo/attributes'

// Each code has an attribute, so that any number of processes can add to it.
const ISSUE = 'issue:'

// An update's expression has at most 4 KB and 300 operators ("Expressions", limits): two hundred
// codes fit, a hundred leave room.
const CODES = 100

/** Cuts the counts into parts that an update can hold. */
export function partsOf(tally: Tally): Tally[] {
  const codes = Object.entries(tally.issues)
  const parts = [{ ...tally, issues: Object.fromEntries(codes.slice(0, CODES)) }]
  for (let at = CODES; at < codes.length; at += CODES) {
    parts.push({ ...emptyTally(), issues: Object.fromEntries(codes.slice(at, at + CODES)) })
  }
  return parts
}

/** Adds to an hour of a source. @param tally with at most a hundred codes */
export function updateOf(
  TableName: string,
  { tenantId, sourceId }: CountedSource,
  hour: string,
  { issues, ...totals }: Tally,
): TransactWriteItem {
  const issueCounts = Object.entries(issues).map(([code, items]) => [ISSUE + code, items] as const)
  const added = [...Object.entries(totals), ...issueCounts]
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
  const names = Object.keys(item).filter((name) => name.startsWith(ISSUE))
  return {
    stored: count('stored'),
    conformant: count('conformant'),
    quarantined: count('quarantined'),
    issues: Object.fromEntries(names.map((name) => [name.slice(ISSUE.length), count(name)])),
  }
}
