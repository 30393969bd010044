import { createHash } from 'node:crypto'
import type { Reading } from '../event/reading'
import type { Origin } from './arrival'

/**
 * Spilled requests wait here, in lanes: `spill/<lane>/<receivedAt>-<id>`. Those of a version before lanes
 * lie under `spill/<yyyy-mm-dd>/<hh>/`, and are one lane for each day.
 */
export const SPILL_PREFIX = 'spill/'

/**
 * So many lanes there are, each a prefix of its own. S3 takes 3,500 writes a second of a prefix, and makes
 * a prefix its own partition as its rate grows ("Best practices design patterns: optimizing Amazon S3
 * performance"); a lane is also what one worker drains at a time.
 */
export const LANES = 256

/** Lanes are drained by at most so many workers at once: a hundredth or so of an account's usual calls. */
export const WORKERS = 16

/**
 * A worker has so many requests under way. Each mostly waits: for S3 to read it, for DynamoDB to store it,
 * for S3 to delete it.
 */
export const WINDOW = 16

/**
 * A worker has read so many requests ahead, so that those of one learner, which go one after another, do not
 * hold up the others of their lane.
 */
export const LOOKAHEAD = 4 * WINDOW

/** A worker has read at most so many bytes of requests, compressed as they lie there; one is always taken. */
export const WINDOW_BYTES = 4 * 1024 * 1024

/**
 * A worker begins no further request after so many ms, and sends the message of its lane again: lanes that
 * wait have their turn then.
 */
export const RUN_MS = 60_000

/** The sweep looks for what waits this often (`infra/sweep.ts`), in ms. */
export const SWEPT_EVERY_MS = 5 * 60_000

/**
 * The store was busy: a worker pauses before it goes on with half as many requests under way. The pause
 * doubles each time, as long as nothing is stored in between; live senders go first.
 */
export const FIRST_PAUSE_MS = 250
export const LONGEST_PAUSE_MS = 8000

/** After so many pauses without a request stored between, a worker gives the lane up until the next sweep. */
export const MAX_PAUSES = 5

/**
 * A request that was refused so often waits for another run, and with it those behind it: the key of an index that
 * its learner has may be busy while the table is not, and what is behind would take all places ahead. It is less than
 * the worker's own patience, so that somebody else is tried before that ends.
 */
export const MAX_REFUSALS = MAX_PAUSES - 1

/** A window that was halved grows by one again after so many requests were stored. */
export const GROWS_AFTER = 8

/**
 * Returns the lane of a request: that of its learner, where all of its events are of one, so that the requests
 * of a busy source are spread and those of a learner stay in order; else that of its source.
 * @returns two hex digits
 */
export function laneOf(
  { tenantId, sourceId }: Pick<Origin, 'tenantId' | 'sourceId'>,
  { items }: Pick<Reading, 'items'>,
): string {
  const learners = new Set(items.map((item) => ('event' in item ? item.event.actorId : undefined)))
  learners.delete(undefined) // what cannot be an event has no order to keep
  const [learner, ...others] = learners
  const whose = [tenantId, sourceId, ...(others.length === 0 && learner ? [learner] : [])]
  const [first = 0] = createHash('sha256').update(JSON.stringify(whose)).digest()
  return (first % LANES).toString(16).padStart(2, '0')
}

/** Returns the beginning of the keys of a lane. */
export function lanePrefix(lane: string): string {
  return `${SPILL_PREFIX}${lane}/`
}
