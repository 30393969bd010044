import type { Condition } from '../event/condition'
import type { Principal } from '../identity/principal'
import type { StoredRecord } from '../platform/live-feed'

/**
 * A sink is the other end of a subscription. None of its methods may throw or wait: whoever reads
 * slowly answers `false`, and is given no more until `Subscriber.ready`. It is told of nothing but an
 * end before `subscribe` has given its answer and the turn of the event loop that brought it is over:
 * whoever says then that it is subscribed says so first.
 */
export interface Sink {
  /** Takes a record. @returns false when it can take no further one for now; this one it has */
  take(stored: StoredRecord): boolean
  /**
   * Is told that so many matching records were passed over while it took none, and after which
   * position they can be read. Left out, none are passed over: they are read from the feed later.
   */
  lost?(count: number, after: string): void
  /** Is told that what follows does not continue where it was asked to, and where it goes on. */
  resync(reason: 'gone' | 'ahead', after: string): void
  /** Is told that nothing follows any more. */
  end(reason: 'revoked' | 'stopping' | 'failed'): void
}

export interface Subscription {
  principal: Principal
  /** Left out, every event of the tenant is given; described entities only where it asks for them. */
  condition?: Condition | undefined
  /** The position to go on after; left out, what is stored from now on. */
  after?: string | undefined
  sink: Sink
}

/** A subscriber is a subscription at work. Disposing ends it without a word. */
export interface Subscriber extends Disposable {
  id: string
  /** The position from which on everything that matches is given. */
  readonly from: string
  /**
   * Another condition holds for what is given from now on.
   * @throws {AppError} `busy` when the tenant's conditions would cost too much; then the old one holds
   */
  update(condition: Condition | undefined): void
  /** The sink takes records again. */
  ready(): void
}

/**
 * Live subscriptions of one process: each gets every record that matches, in the order of the feed,
 * without a gap between what it reads back and what is new. A slow one holds up no other.
 */
export interface Live extends AsyncDisposable {
  /**
   * @throws {AppError} `invalid_cursor` for a bad position; `busy` when there are as many
   * subscribers as there may be, or their tenant's conditions would cost too much
   */
  subscribe(subscription: Subscription): Promise<Subscriber>
  /** Tells how many subscribers there are, and how many records wait for them. */
  state(): { subscribers: number; queued: number }
}
