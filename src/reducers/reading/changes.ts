import type { EventRecord } from '../../event/record'
import { createDueStates } from './due'
import type { Followed } from './followed'
import { createToldStates } from './told'
import { viewOfState } from './view'

/** A state as it is now, or one that is not shown any more. */
export type StateChange = { type: 'state' | 'gone' } & Record<string, unknown>

/** The changes of states that somebody follows, of which the latest takes the place of those before. */
export interface StateChanges extends Disposable {
  /** Is told of an event that may change one of them. */
  tell(record: EventRecord): void
  /** Has all of them looked at. */
  askAll(): void
  /** Reads some of those whose time has come. @returns nothing when none has changed */
  next(): Promise<{ changes: StateChange[]; looked: number }>
}

/** A person sees a key within two seconds; what else there is to do is looked at as often. */
export const LOOK_MS = 100
// Who may be seen changes: a roster is loaded, somebody is erased, a reducer is rebuilt.
const AGAIN_MS = 60_000
// So many are read at once: a message each, some kilobytes.
const AT_ONCE = 16

/**
 * Follows states. They are read when they are asked for, so that a slow reader holds nothing but names.
 * @param most so many are followed at most
 */
export function createStateChanges({ keyOf, keys, read }: Followed, most: number): StateChanges {
  const due = createDueStates(() => performance.now(), { most })
  const told = createToldStates()
  let isOver = false
  const again = setInterval(askAll, AGAIN_MS)
  // The end of the process does not wait for readers.
  again.unref?.()

  function askAll() {
    void keys().then(
      (all) => {
        for (const key of all) due.ask(key)
      },
      // They are looked at again in a minute; what is followed by then is told all the same.
      () => {},
    )
  }

  async function changesOf(key: string): Promise<StateChange[]> {
    try {
      const states = await read(key)
      const through = states.map((one) => one.through).toSorted()
      due.seen(key, through.at(-1))
      const { states: changed, gone } = told.changed(key, states)
      return [
        ...changed.map((one) => ({ type: 'state' as const, ...viewOfState(one) })),
        ...gone.map((one) => ({ type: 'gone' as const, ...one })),
      ]
    } catch {
      // The store is away, and is asked again with the next of its events, or in a minute.
      due.seen(key, undefined)
      return []
    }
  }

  return {
    askAll,
    tell(record) {
      const key = keyOf(record)
      if (key !== undefined && !isOver) due.touch(key, record.receivedAt)
    },
    async next() {
      const some = due.take(AT_ONCE)
      const changes = (await Promise.all(some.map(changesOf))).flat()
      return { changes, looked: some.length }
    },
    [Symbol.dispose]() {
      isOver = true
      clearInterval(again)
    },
  }
}
