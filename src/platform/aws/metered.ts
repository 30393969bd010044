import type { EventRecord } from '../../event/record'
import type { IngestMeasure } from '../../telemetry/metrics'
import type { ServingPlatform } from '../platform'

type Taken = Omit<IngestMeasure, 'ingestMs'>

export interface Metered {
  platform: ServingPlatform
  /** What was counted since it was last asked. @returns undefined when nothing was brought */
  take(): Taken | undefined
}

/**
 * Counts what requests bring, at the ports that they bring it to. A sandbox of Lambda has one request
 * at a time: what is counted between two of them is the first one's.
 */
export function metered(platform: ServingPlatform): Metered {
  // Records that are tried again are the same objects.
  let seen = new Set<EventRecord>()
  let conflicts = 0
  let rejected = 0
  let isStoreDown = false

  return {
    platform: {
      ...platform,
      events: {
        ...platform.events,
        async append(records) {
          for (const record of records) seen.add(record)
          isStoreDown = true
          const outcomes = await platform.events.append(records)
          isStoreDown = outcomes.some(({ kind }) => kind === 'throttled')
          conflicts += outcomes.filter(({ kind }) => kind === 'conflict').length
          return outcomes
        },
      },
      conformance: {
        ...platform.conformance,
        add(source, receivedAt, tally) {
          rejected += tally.quarantined
          platform.conformance.add(source, receivedAt, tally)
        },
      },
    },

    take() {
      // What conflicted was brought to the store before it went to quarantine.
      const received = seen.size + Math.max(0, rejected - conflicts)
      const taken: Taken = { received, rejected, storeFailures: isStoreDown ? 1 : 0 }
      seen = new Set()
      conflicts = 0
      rejected = 0
      isStoreDown = false
      return received > 0 ? taken : undefined
    },
  }
}
