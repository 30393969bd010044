import { translate } from '../error/translate'
import type { Principal } from '../identity/principal'
import type { Viewer } from '../identity/viewer'
import type { Live, Sink, Subscriber } from '../live/live'
import { type StatesNeeds, statesOf } from '../reducers/reading/assemble'
import { createDueStates } from '../reducers/reading/due'
import { createFollowed } from '../reducers/reading/followed'
import { type AskedStates, MOST_LEARNERS } from '../reducers/reading/read-states'
import { createToldStates } from '../reducers/reading/told'
import { viewOfState } from '../reducers/reading/view'
import type { Log } from '../telemetry/log'

/** A subscriber of states follows these. */
export interface StatesAsked extends AskedStates {
  reducer: string
}

interface Needs extends StatesNeeds {
  live: Live
  log: Log
}

interface To {
  principal: Principal
  /** Sends a text. @returns false when no more should come before `ready` */
  send(text: string): boolean
  end: Sink['end']
}

// A person sees a key within two seconds; what else there is to do is looked at as often.
const LOOK_MS = 100
// Who is in a group changes, and so does what is shown of them: they are looked at again.
const AGAIN_MS = 60_000
const AT_ONCE = 16

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
  const { live, log } = needs
  const { following, ready } = statesOf(needs)
  const { tenantId } = principal
  const declared = await ready(principal, reducer)
  following.requireScope(declared, asked)
  // The scope that opens the connection reads as an administrator.
  const visibility = { kind: 'tenant' } as const
  const viewer: Viewer = { tenantId, role: 'admin', principal, visibility, seesPeople: true }
  const followed = createFollowed(following, () => viewer, declared, asked)
  const due = createDueStates(() => performance.now(), { most: MOST_LEARNERS })
  const told = createToldStates()
  let isFull = false
  let isBusy = false
  let isOver = false

  async function askAll() {
    try {
      for (const key of await followed.keys()) due.ask(key)
    } catch (thrown) {
      translate(thrown as Error, log, { route: '/ws/subscribe' })
    }
  }

  /** Sends what changed of those that are due, for as long as somebody takes it. */
  async function look() {
    if (isBusy) return
    isBusy = true
    for (let some = take(); some.length > 0; some = take()) await Promise.all(some.map(tell))
    isBusy = false
  }

  const take = () => (isFull || isOver ? [] : due.take(AT_ONCE))

  async function tell(key: string) {
    try {
      const states = await followed.read(key)
      due.seen(
        key,
        states
          .map(({ through }) => through)
          .toSorted()
          .at(-1),
      )
      const { states: changed, gone } = told.changed(key, states)
      const frames = [
        ...changed.map((one) => ({ type: 'state', ...viewOfState(one) })),
        ...gone.map((one) => ({ type: 'gone', ...one })),
      ]
      // All that was read is sent: it is little, and would be forgotten otherwise.
      for (const frame of frames) if (!isOver && !send(JSON.stringify(frame))) isFull = true
    } catch {
      // The store is away, and is asked again with the next of its events, or in a minute.
      due.seen(key, undefined)
    }
  }

  const subscriber = await live.subscribe({
    principal,
    sink: {
      take(stored) {
        const key = followed.keyOf(stored.record)
        if (key !== undefined && !isOver) due.touch(key, stored.record.receivedAt)
        return true
      },
      // States are what they are now, whatever was missed on the way.
      resync: () => void askAll(),
      end(reason) {
        stop()
        end(reason)
      },
    },
  })
  const looking = setInterval(() => void look(), LOOK_MS)
  const again = setInterval(() => void askAll(), AGAIN_MS)
  void askAll()

  function stop() {
    isOver = true
    clearInterval(looking)
    clearInterval(again)
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
