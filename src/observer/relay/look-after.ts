import type { Clock } from '../../platform/clock'
import type { DocumentEntry, DocumentStore } from '../../platform/document-store'
import type { Log } from '../../telemetry/log'
import { WAITING_PLACE } from '../journal'
import { LATE_MS, lookIn } from './held'
import type { createRelay } from './relay'

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'list'>
  /** It is opened once there is something to be done. */
  relay(): Promise<Pick<ReturnType<typeof createRelay>, 'lookAfter'>>
  clock: Clock
  log: Log
}

// An entry has no bytes: a page is some hundred kilobytes.
const PAGE = 1000
// The key of a connection: `observer`, `waiting`, its id; what is under it is longer.
const ID_AT = WAITING_PLACE.length

/**
 * Looks after the connections of a tenant of which nothing more is heard: time passes for them, what a process that
 * died had in hand is dealt with, and those that ended are forgotten.
 * @param goOn is asked before each; false ends the run
 */
export async function lookAfter(
  { documents, relay, clock, log }: Needs,
  tenantId: string,
  goOn: () => boolean,
): Promise<void> {
  const now = clock.now()
  const before = new Date(now.getTime() - LATE_MS).toISOString()
  let cursor: string | undefined
  do {
    if (!goOn()) return
    const page = await documents.list(tenantId, WAITING_PLACE, { limit: PAGE, cursor })
    for (const [connectionId, entries] of byConnection(page.items)) {
      if (!goOn()) return
      const own = entries.find(({ key }) => key.length === ID_AT + 1)
      const isDue = own !== undefined && lookIn(own) <= now.toISOString()
      const isLeft = entries.some(
        ({ key, updatedAt }) => key[ID_AT + 1] === 'frames' && updatedAt < before,
      )
      if (!isDue && !isLeft) continue
      try {
        await (await relay()).lookAfter({ tenantId, connectionId })
      } catch (thrown) {
        const { message: reason } = thrown as Error
        log.error('a stream could not be looked after', { connectionId, reason })
      }
    }
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

function byConnection(entries: readonly DocumentEntry[]): Map<string, DocumentEntry[]> {
  const found = new Map<string, DocumentEntry[]>()
  for (const entry of entries) {
    const id = entry.key[ID_AT]!
    const those = found.get(id)
    if (those === undefined) found.set(id, [entry])
    else those.push(entry)
  }
  return found
}
