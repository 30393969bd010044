import type { FindSource } from '../access/keys/sources'
import { frameId } from '../event/id'
import type { DocumentStore } from '../platform/document-store'
import type { EventStore } from '../platform/event-store'
import type { Registry } from '../platform/registry'
import type { Log } from '../telemetry/log'
import { waitingOf } from './journal'
import { finish } from './machine'
import type { Perform } from './perform'
import type { ObserverState } from './state'

interface Needs {
  documents: DocumentStore
  events: Pick<EventStore, 'get'>
  registry: Pick<Registry, 'tenants'>
  findSource: FindSource
  perform: Perform
  log: Log
}

/**
 * Stores what waited when a process was killed, as if its connections had ended: those that may still be
 * open are none of this process. What fails stays, for the next start. Never
 * throws.
 */
export async function recoverWaiting(needs: Needs): Promise<void> {
  const { documents, registry, findSource, perform, log } = needs
  try {
    for (const { tenantId } of await registry.tenants.list()) await recover(tenantId)
  } catch (error) {
    log.error('frames that waited could not be looked for', { reason: (error as Error).message })
  }

  async function recover(tenantId: string) {
    for await (const { connection, state, forget } of waitingOf(documents, tenantId)) {
      try {
        const { sourceId, person } = connection.principal
        const settings = (await findSource(tenantId, sourceId))?.observer
        await leaveOutStored(state, (id) => needs.events.get(tenantId, id))
        const frames = state.waiting.length
        const effects = finish(state, { settings, personId: person?.learnerId })
        await perform(connection, state, effects)
        await forget()
        log.info('frames that waited at the last end are stored', { tenantId, frames })
      } catch (error) {
        const { message: reason } = error as Error
        log.error('frames that waited could not be stored; the next start tries again', { reason })
      }
    }
  }
}

/** A connection may have gone on after it was last written down: what was stored of it is complete. */
async function leaveOutStored(state: ObserverState, get: (eventId: string) => Promise<unknown>) {
  const isStored = async (n: number) => (await get(frameId(state.connectionId, n))) !== undefined
  state.isNoted ||= await isStored(0)
  const waiting: ObserverState['waiting'] = []
  for (const sent of state.waiting) if (!(await isStored(sent.n))) waiting.push(sent)
  state.waiting = waiting
}
