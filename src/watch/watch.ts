import type { ErrorCode } from '../error/codes'
import type { ReadEvent } from '../event/reading'
import type { Receipt, Withheld } from '../event/receipt'
import { lagStep } from '../platform/arrivals'
import type { Clock } from '../platform/clock'
import type { Arrivals, CountedSender, SourceActivity } from '../platform/source-activity'
import type { Log } from '../telemetry/log'
import type { Meter } from './meter'
import { createTrace, type Stranger } from './trace'

/**
 * The watch is told of whoever calls and of what became of it, and tells the people who run the
 * server: by counts, by lines of the log, by metrics. None of it fails or waits.
 */
export interface Watch extends Disposable {
  /** Notes that somebody showed a key. */
  recognised(sender: CountedSender): void
  /** Notes how the items of a body fared. */
  arrived(sender: CountedSender, receivedAt: string, items: ArrivedItems): void
  /** Notes that a request was answered with a receipt. */
  answered(receipt: Receipt): void
  /** Notes that a request of a known sender was refused as a whole. */
  refused(sender: CountedSender, code: ErrorCode): void
  /** Notes that a request was answered 401. */
  turnedAway(stranger: Stranger): void
}

interface ArrivedItems {
  stored: readonly {
    item: { event: Pick<ReadEvent, 'sendTime' | 'eventTime'> }
    isDuplicate: boolean
  }[]
  quarantined: number
  /** By rule of the tenant's policy. */
  withheld?: readonly Withheld[]
}

interface Needs {
  activity: Pick<SourceActivity, 'add'>
  /** Without it, nothing is measured. */
  meter?: Meter | undefined
  clock: Clock
  log: Log
}

export function createWatch({ activity, meter, clock, log }: Needs): Watch {
  const trace = createTrace({ clock, log })

  function tell(sender: CountedSender, at: string, arrivals: Partial<Arrivals>) {
    const counted = countedAs(sender)
    activity.add(counted, at, arrivals)
    trace.add(counted, arrivals)
    meter?.add(counted, arrivals)
  }

  return {
    recognised: (sender) => activity.add(countedAs(sender), clock.now().toISOString(), {}),

    arrived(sender, receivedAt, { stored, quarantined, withheld = [] }) {
      for (const { rule, count } of withheld) meter?.withheld(sender.tenantId, rule, count)
      const receivedMs = Date.parse(receivedAt)
      const lags: Record<string, number> = {}
      let duplicates = 0
      let lastTime: string | undefined
      let step = 0
      for (const { item, isDuplicate } of stored) {
        if (isDuplicate) {
          duplicates += 1
          continue
        }
        const time = item.event.sendTime ?? item.event.eventTime
        // Items of one request share the time of sending.
        if (time !== lastTime) step = lagStep(receivedMs - Date.parse(time))
        lastTime = time
        lags[step] = (lags[step] ?? 0) + 1
      }
      const accepted = stored.length - duplicates
      if (stored.length + quarantined === 0) return
      tell(sender, receivedAt, { accepted, duplicates, quarantined, lags })
    },

    answered(receipt) {
      const { eventCount, entityCount, acceptedForLater = 0, quarantined } = receipt
      const refused = receipt.quarantinedCount ?? quarantined.length
      // Bodies whose text is withheld are in quarantine all the same.
      const withheld = receipt.withheld?.reduce((sum, { count }) => sum + count, 0) ?? 0
      meter?.answered(eventCount + entityCount + acceptedForLater + refused + withheld)
    },

    refused: (sender, code) =>
      tell(sender, clock.now().toISOString(), { refused: 1, reasons: { [code]: 1 } }),

    turnedAway(stranger) {
      trace.turnedAway(stranger)
      meter?.turnedAway()
    },
    [Symbol.dispose]: trace[Symbol.dispose],
  }
}

// Each learner who is launched has a session; all of them are counted as one key.
const SESSION = /^cmi5_/

function countedAs({ tenantId, sourceId, keyId }: CountedSender): CountedSender {
  return { tenantId, sourceId, keyId: SESSION.test(keyId) ? 'cmi5' : keyId }
}
