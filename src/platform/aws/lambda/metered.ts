import { AppError } from '../../../error/app-error'
import { OWN_SOURCE } from '../../../event/own'
import type { EventRecord } from '../../../event/record'
import type { IngestMeasure, Metrics } from '../../../telemetry/metrics'
import type { AppendOutcome } from '../../event-store'
import type { ServingPlatform } from '../../platform'
import type { SettlingCounts } from '../conformance-counts'
import type { SettlingActivity } from '../source-activity'

export interface Metered {
  platform: ServingPlatform
  /** Answers a request; then writes its measures, and what was only noted by the platform or `more`. */
  measured<Answer>(
    answer: () => Promise<Answer>,
    ...more: { settle(): Promise<void> }[]
  ): Promise<Answer>
}

interface Needs {
  platform: ServingPlatform & {
    conformance: Pick<SettlingCounts, 'settle'>
    activity: Pick<SettlingActivity, 'settle'>
  }
  metrics: Metrics
}

const refused: ReadonlySet<AppendOutcome['kind']> = new Set(['conflict', 'withheld'] as const)

/**
 * Counts what requests bring, at the ports that they bring it to. A sandbox of Lambda has one
 * request at a time: what is counted between two of them is the first one's.
 */
export function metered({ platform, metrics }: Needs): Metered {
  // Records that are tried again are the same objects.
  let seen = new Set<EventRecord>()
  let untried = 0
  let conflicts = 0
  let rejected = 0
  let isStoreDown = false

  /** Takes the counts and starts again. @returns undefined when the request had no items */
  function take(): Omit<IngestMeasure, 'ingestMs'> | undefined {
    // The items in conflict, and those beside them, were given to the store before they went to quarantine.
    const received = seen.size + untried + Math.max(0, rejected - conflicts)
    const storeFailures = isStoreDown ? 1 : 0
    const taken = { received, rejected, storeFailures } as const
    seen = new Set()
    untried = 0
    conflicts = 0
    rejected = 0
    isStoreDown = false
    return received > 0 ? taken : undefined
  }

  return {
    platform: {
      ...platform,
      events: {
        ...platform.events,
        async append(records, ...terms) {
          for (const record of records) if (record.sourceId !== OWN_SOURCE) seen.add(record)
          const outcomes = await platform.events.append(records, ...terms).catch((thrown) => {
            isStoreDown = !(thrown instanceof AppError)
            throw thrown
          })
          isStoreDown = outcomes.some(({ kind }) => kind === 'throttled')
          conflicts += outcomes.filter(({ kind }) => refused.has(kind)).length
          return outcomes
        },
      },
      // A request that waits is one that the hot store could not take, whether it was asked or not.
      spill: platform.spill && {
        ...platform.spill,
        async put(key, bytes, items = 0) {
          await platform.spill!.put(key, bytes)
          isStoreDown = true
          untried += items
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

    async measured(answer, ...more) {
      const begun = performance.now()
      const answered = await answer()
      const taken = take()
      if (taken !== undefined) metrics.ingest({ ...taken, ingestMs: performance.now() - begun })
      // The counts are written before the reply leaves: after it a sandbox may be frozen, or ended.
      const { conformance, activity } = platform
      await Promise.all([conformance, activity, ...more].map((counts) => counts.settle()))
      return answered
    },
  }
}
