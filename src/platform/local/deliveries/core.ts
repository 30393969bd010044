import type { Database } from 'bun:sqlite'
import type { Clock } from '../../clock'
import type { AttemptRecord } from '../../delivery-queue'
import { relaxed } from '../durably'
import { createFigures, type Figures } from './figures'
import { createLanes, type Lanes } from './lanes'
import { createLeases, type Leases } from './leases'
import { createOpenDeliveries, type OpenDeliveries } from './open-deliveries'
import { createRemembered, type MostRemembered, type Remembered } from './remembered'
import type { Table } from './rows'
import type { Whose } from './statements'
import { withTry } from './tries'

/** The parts of the queue share this. */
export interface Core {
  db: Database
  clock: Clock
  /** The queue's time, ms: while we run, it only grows, whatever is done to the clock. */
  now(): number
  /** Is told of a webhook whose waiting deliveries changed. */
  changed(whose: Whose): void
  /** Is told of a webhook of which nothing changed but that taken deliveries ended. */
  ended(whose: Whose): void
  leases: Leases
  open: OpenDeliveries
  lanes: Lanes
  figures: Figures
  remembered: Remembered
  /** Reads the attempts of a delivery and adds one. @returns null when there are none */
  triesOf(table: Table, deliveryId: string, attempt: AttemptRecord | undefined): string | null
  /**
   * Commits without fsync. It is for steps that a power cut may undo, since all that follows is one more
   * delivery of the same id.
   */
  relaxed<T>(work: () => T): T
}

export function createCore(
  db: Database,
  { clock, now, changed, ended }: Pick<Core, 'clock' | 'now' | 'changed' | 'ended'>,
  most?: MostRemembered,
): Core {
  const leases = createLeases()
  const work = <T>(how: () => T) => relaxed(db, how)

  return {
    ...{ db, clock, now, changed, ended, leases },
    relaxed: work,
    open: createOpenDeliveries(),
    lanes: createLanes(db, leases),
    figures: createFigures(db, work),
    remembered: createRemembered(db, most),

    triesOf(table, deliveryId, attempt) {
      const select = db.query<{ tries: string | null }, [string]>(
        `SELECT tries FROM ${table} WHERE delivery_id = ?`,
      )
      const tries = select.get(deliveryId)?.tries ?? null
      return attempt === undefined ? tries : withTry(tries, attempt)
    },
  }
}
