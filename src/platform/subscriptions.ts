import type { Condition } from '../event/condition'
import type { Principal } from '../identity/principal'

/** What a subscription gives of an event (`docs/live.md`). */
export type SubscriptionFormat = 'event' | 'record' | 'raw'

/** A subscription wants these events, and shows them so. */
export interface Wanted {
  /** Left out, every event; entities are given only where a condition asks for them. */
  condition?: Condition | undefined
  format: SubscriptionFormat
}

/** What a connection subscribes to that this process does not hold. */
export interface HeldSubscription extends Wanted {
  connectionId: string
  principal: Principal
  /**
   * `reading`: whoever answers the connection still reads back for it. `joined`: posting gives it
   * what comes after `after`. `caught-up`: posting has given it all that posting has come to.
   */
  stage: 'reading' | 'joined' | 'caught-up'
  /** The position behind which it is owed everything; it is not carried on once it has caught up. */
  after: string
  /** So many that matched could not be sent behind a position, which it was not told of yet. */
  lost?: Loss | undefined
}

export interface Loss {
  count: number
  after: string
}

/** Says how the subscriptions of a tenant are, as of this moment. */
export interface SubscriptionsState {
  /** Another number means that a subscription came, went or changed. */
  version: number
  /** Counts the places that are taken. */
  count: number
  /** The position to which posting has come. Absent before its first. */
  posted?: string | undefined
}

/** A tenant has so many places for subscriptions, and so many bytes of conditions. */
export interface SubscriptionLimits {
  places: number
  bytes: number
}

/**
 * The port has the subscriptions of connections that no process holds: on AWS API Gateway has the
 * connections, and any function may be the one that posts. Every method throws `StorageError`.
 */
export interface Subscriptions {
  /**
   * Takes a place for a connection, which posting leaves alone as yet.
   * @returns `taken` when the connection has subscribed before; `full` when no place is left
   */
  begin(
    subscription: Omit<HeldSubscription, 'stage' | 'lost'>,
    limits: SubscriptionLimits,
  ): Promise<'begun' | 'taken' | 'full'>
  /** Finds the subscription of a connection, as it is at this moment. */
  get(tenantId: string, connectionId: string): Promise<HeldSubscription | undefined>
  /** Lets posting go on with it behind a position. @returns false when it has ended */
  join(tenantId: string, connectionId: string, after: string): Promise<boolean>
  /** Changes what it wants. @returns false when it has ended, or `full` when that is too much */
  change(
    tenantId: string,
    connectionId: string,
    wanted: Wanted,
    limits: SubscriptionLimits,
  ): Promise<boolean | 'full'>
  /**
   * Notes that it was given all that posting has come to. That is no change: whoever knew of it
   * while it had the lease has done the same.
   */
  settle(tenantId: string, connectionId: string): Promise<void>
  /** Notes what it has not been told of, or that it has. */
  lose(tenantId: string, connectionId: string, lost: Loss | undefined): Promise<void>
  /** Ends it; one that has ended already is no error. */
  remove(tenantId: string, connectionId: string): Promise<void>
  /** Reads how they are; undefined where a tenant never had one. */
  state(tenantId: string): Promise<SubscriptionsState | undefined>
  /** Lists all of a tenant, as they are at this moment. */
  list(tenantId: string): Promise<HeldSubscription[]>
  /**
   * Lets one at a time post to a tenant's.
   * @param owner is whoever asks; it may ask again while it has the lease
   * @param ms after which another may have it, whatever became of the owner
   * @returns undefined while another has it
   */
  lease(tenantId: string, owner: string, ms: number): Promise<SubscriptionsState | undefined>
  /**
   * Notes to where posting has come, and goes on for so many ms; with 0 the lease is given back.
   * @param posted left out, that stays as it is
   * @returns false when another has the lease by now: what it posts is up to it
   */
  advance(tenantId: string, owner: string, posted: string | undefined, ms: number): Promise<boolean>
}
