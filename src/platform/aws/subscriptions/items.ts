import type {
  HeldSubscription,
  SubscriptionLimits,
  SubscriptionsState,
  Wanted,
} from '../../subscriptions'
import { type Attributes, keyOf, number, primaryKey, text } from '../dynamo/attributes'

// A tenant's subscriptions have a partition: a state, and an item for each connection.
const STATE = 'state'
export const CONNECTION = 'connection#'

export function partitionOf(tenantId: string): string {
  return keyOf('sockets', tenantId)
}

export function stateKey(tenantId: string): Attributes {
  return primaryKey(partitionOf(tenantId), STATE)
}

export function itemKey(tenantId: string, connectionId: string): Attributes {
  return primaryKey(partitionOf(tenantId), keyOf('connection', connectionId))
}

/** Writes what a subscription wants, as JSON. */
export function wantedText({ condition, format }: Wanted): string {
  return JSON.stringify({ condition, format })
}

export function itemOf(
  { connectionId, principal, after, ...wanted }: Omit<HeldSubscription, 'stage' | 'lost'>,
  expiresAt: number,
): Attributes {
  return {
    ...itemKey(principal.tenantId, connectionId),
    connectionId: text(connectionId),
    principal: text(JSON.stringify(principal)),
    wanted: text(wantedText(wanted)),
    stage: text('reading'),
    after: text(after),
    expiresAt: number(expiresAt),
  }
}

export function subscriptionIn(item: Attributes): HeldSubscription {
  return {
    connectionId: item.connectionId!.S!,
    principal: JSON.parse(item.principal!.S!),
    ...(JSON.parse(item.wanted!.S!) as Wanted),
    stage: item.stage!.S as HeldSubscription['stage'],
    after: item.after!.S!,
    ...(item.lost && { lost: JSON.parse(item.lost.S!) }),
  }
}

export function stateIn(item: Attributes): SubscriptionsState {
  return {
    version: Number(item.version?.N ?? 0),
    count: Number(item.held?.N ?? 0),
    posted: item.posted?.S,
  }
}

/** Counts what an item takes of its tenant's bytes. */
export function sizeOf(item: Attributes): number {
  return Buffer.byteLength(item.wanted!.S!)
}

/** A change needs this so that places and bytes are within their limits afterwards. */
export function roomFor(places: number, size: number, limits: SubscriptionLimits) {
  return {
    ConditionExpression:
      '(attribute_not_exists(held) OR held <= :places) AND (attribute_not_exists(wantedBytes) OR wantedBytes <= :bytes)',
    ExpressionAttributeValues: {
      ':places': number(limits.places - places),
      ':bytes': number(limits.bytes - size),
    },
  }
}
