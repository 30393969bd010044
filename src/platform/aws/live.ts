import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
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
import { createStreamPlaces } from './live/stream-places'
import { tableTimeOuts } from './time-outs'

// It is apart from what answers requests, which follows nothing: their process does not live on.

interface Needs {
  clock: Clock
  log: Log
}

/** Opens the places that streams take. @param limits how many there are, and for how long */
export function openStreamPlaces(
  { liveTable: table }: Resources,
  needs: Needs,
  limits: { perTenant: number; lifeSeconds: number },
) {
  const client = new DynamoDBClient({ requestHandler: tableTimeOuts })
  return createStreamPlaces({ client, table, ...needs, ...limits })
}

/** Opens the feed that live readers follow. @throws {StorageError} when its positions cannot be signed */
export function openLive(resources: Resources, { clock, log }: Needs): Promise<LiveFeed> {
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
