import { memberOf } from '../members'
import type { ReducedEvent, Reducer } from '../reducer'
import { happenedAt, isoOf, minutesOf } from './deeds'
import { changesSaved } from './google-docs'
import { type Pace, paced, paceShown, unpaced } from './pace'

/** Lengths are UTF-16 units: a letter has one, an emoji two. */
interface State {
  saves: number
  typed: Count
  pasted: Count
  deleted: Count
  /** Suggestions change no text until somebody accepts them. */
  suggested: Count
  /** Commands that could not be read. */
  unread: number
  typing: Pace
  keys: { pressed: number; erasing: number; typing: Pace }
  /** ms since 1970. */
  first?: number
  last?: number
}

interface Count {
  times: number
  length: number
}

/**
 * A longer insertion at once was pasted: Google Docs saves every two seconds or so, and the fastest people
 * type 17 characters a second.
 */
const LONGEST_TYPED = 40

const none: Count = { times: 0, length: 0 }

/** How much a learner changes a document, and how fast they type. */
export const edits: Reducer<State> = {
  name: 'edits-and-typing-speed',
  version: 1,
  says: 'How much a learner typed, pasted and deleted in a document, and how fast they type',
  scope: { learnerAnd: 'objectId' },
  types: ['google_docs_save', 'keystroke'],
  start: {
    ...{ saves: 0, typed: none, pasted: none, deleted: none, suggested: none, unread: 0 },
    typing: unpaced,
    keys: { pressed: 0, erasing: 0, typing: unpaced },
  },
  reduce,
  show,
}

function show({ typing, keys, first, last, ...counts }: State): object {
  return {
    ...counts,
    edits: counts.typed.times + counts.pasted.times + counts.deleted.times,
    typingSpeed: paceShown(typing),
    typingMinutes: minutesOf(typing.ms),
    keys: { pressed: keys.pressed, erasing: keys.erasing, typingSpeed: paceShown(keys.typing) },
    ...(first !== undefined && { firstEdit: isoOf(first) }),
    ...(last !== undefined && { lastEdit: isoOf(last) }),
  }
}

function reduce(state: State, event: ReducedEvent): State {
  if (event.type === 'keystroke') return pressed(state, event)
  const { changes, unread } = changesSaved(event)
  const at = happenedAt(event)
  const { typed, pasted, deleted, suggested } = state
  const counts = {
    ...{ typed: { ...typed }, pasted: { ...pasted } },
    ...{ deleted: { ...deleted }, suggested: { ...suggested } },
  }
  for (const { does, isSuggested, length } of changes) {
    const count = counts[kindOf(does, isSuggested, length)]
    count.times += 1
    count.length += length
  }
  // A save of other changes shows that the learner is at it, so that the time before it is one of typing.
  const amount = counts.typed.length - typed.length
  return {
    ...{ ...state, ...counts, saves: state.saves + 1, unread: state.unread + unread },
    typing: paced(state.typing, { at, amount }),
    first: Math.min(state.first ?? at, at),
    last: Math.max(state.last ?? at, at),
  }
}

function kindOf(does: 'insert' | 'delete', isSuggested: boolean, length: number) {
  if (isSuggested) return 'suggested'
  if (does === 'delete') return 'deleted'
  return length > LONGEST_TYPED ? 'pasted' : 'typed'
}

/** Keys tell more than saves do: pages report each when it goes down, and many also when it comes up. */
function pressed(state: State, event: ReducedEvent): State {
  const kind = memberOf(event.fields, 'event_type')
  if (kind !== undefined && kind !== 'keydown') return state
  const key = memberOf(memberOf(event.fields, 'keystroke'), 'key')
  const erases = key === 'Backspace' || key === 'Delete'
  // Keys with a character have it as their name; others are called Shift, ArrowLeft, Enter.
  const amount = typeof key === 'string' && [...key.slice(0, 4)].length === 1 ? 1 : 0
  const { keys } = state
  return {
    ...state,
    keys: {
      pressed: keys.pressed + 1,
      erasing: keys.erasing + (erases ? 1 : 0),
      typing: paced(keys.typing, { at: happenedAt(event), amount }),
    },
  }
}
