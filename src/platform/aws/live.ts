import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import type { LiveFeed } from '../live-feed'
import { openParts } from '.'
import type { Resources } from './deployed/resources'
import { createItems } from './events/item'
import { createOutcomes } from './events/outcomes'
import { findLoggedIn } from './live/events'
import { createLiveFeed } from './live/feed'
import { createLiveLog } from './live/log'

// It is apart from what answers requests, which follows nothing: their process does not live on.

/** Opens the feed that live readers follow. @throws {StorageError} when its positions cannot be signed */
export function openLive(
  resources: Resources,
  { clock, log }: { clock: Clock; log: Log },
): Promise<LiveFeed> {
  const { dynamo: client, blobs, tokens } = openParts(resources, clock)
  const events = { client, table: resources.eventsTable }
  return createLiveFeed({
    liveLog: createLiveLog({ client, table: resources.liveTable, clock }),
    findLogged: findLoggedIn({
      ...{ events, clock },
      items: createItems({ indexes: resources.indexes, blobs }),
      outcomesOf: createOutcomes(events),
    }),
    tokens,
    log,
  })
}
