import type { Clock } from '../clock'
import { openParts } from '.'
import type { Resources } from './deployed/resources'
import { readingWith } from './events/committed'
import { createItems } from './events/item'
import { createLiveLog } from './live/log'

/**
 * Opens what tells live readers of stored events. What batches have left in the way of others, and what
 * nobody can read, is up to who hands events on (`handing-on.ts`).
 */
export function openLiveWriting(resources: Resources, { clock }: { clock: Clock }) {
  const { dynamo: client, blobs, registry } = openParts(resources, clock)
  const { eventsTable, liveTable, indexes } = resources
  const reading = readingWith({ client, table: eventsTable }, createItems({ indexes, blobs }))
  const { recordOf, committedBy } = reading
  const liveLog = createLiveLog({ client, table: liveTable, clock })
  return { registry, recordOf, committedBy, liveLog }
}
