import type { Principal } from '../identity/principal'
import type { Viewer } from '../identity/viewer'
import type { Live, Sink, Subscriber } from '../live/live'
import { type StatesNeeds, statesOf } from '../reducers/reading/assemble'
import { createStateChanges, LOOK_MS } from '../reducers/reading/changes'
import { createFollowed } from '../reducers/reading/followed'
import { type AskedStates, MOST_LEARNERS } from '../reducers/reading/read-states'

/** A subscriber of states follows these. */
export interface StatesAsked extends AskedStates {
  reducer: string
}

interface Needs extends StatesNeeds {
  live: Live
}

interface To {
  principal: Principal
  /** Sends a text. @returns false when no more should come before `ready` */
  send(text: string): boolean
  end: Sink['end']
}

/**
 * Follows states for somebody who may see all of the organisation: first as they are, then each again when
 * it has changed. A slow reader is told the latest.
 * @throws {AppError} where there are none such, or as `Live.subscribe`
 */
export async function followStates(
  needs: Needs,
  { reducer, ...asked }: StatesAsked,
  { principal, send, end }: To,
): Promise<Pick<Subscriber, 'id' | 'from' | 'ready'> & Disposable> {
  const { live } = needs
  const { following, ready } = statesOf(needs)
  const { tenantId } = principal
  const declared = await ready(principal, reducer)
  following.requireScope(declared, asked)
  // The scope that opens the connection reads as an administrator.
  const visibility = { kind: 'tenant' } as const
  const viewer: Viewer = { tenantId, role: 'admin', principal, visibility, seesPeople: true }
  const followed = createFollowed(following, () => viewer, declared, asked)
  const changes = createStateChanges(followed, MOST_LEARNERS)
  let isFull = false
  let isBusy = false
  let isOver = false

  /** Sends what changed of those that are due, for as long as somebody takes it. */
  async function look() {
    if (isBusy) return
    isBusy = true
    for (let looked = 1; looked > 0 && !isFull && !isOver; ) {
      const some = await changes.next()
      looked = some.looked
      // All that was read is sent: it is little, and would be forgotten otherwise.
      for (const one of some.changes) if (!isOver && !send(JSON.stringify(one))) isFull = true
    }
    isBusy = false
  }

  const subscriber = await live.subscribe({
    principal,
    sink: {
      take(stored) {
        changes.tell(stored.record)
        return true
      },
      // States are what they are now, whatever was missed on the way.
      resync: changes.askAll,
      end(reason) {
        stop()
        end(reason)
      },
    },
  })
  const looking = setInterval(() => void look(), LOOK_MS)
  changes.askAll()

  function stop() {
    isOver = true
    clearInterval(looking)
    changes[Symbol.dispose]()
  }

  return {
    ...{ id: subscriber.id, from: subscriber.from },
    ready() {
      isFull = false
    },
    [Symbol.dispose]() {
      stop()
      subscriber[Symbol.dispose]()
    },
  }
}
