import { memberOf } from '../members'
import type { ReducedEvent, Reducer } from '../reducer'
import { type Course, noted } from './course'
import { happenedAt, isoOf } from './deeds'
import { type Changes, changesInHistory, changesSaved, type TextChange } from './google-docs'

interface State {
  /** UTF-16 units, by the tabs of the document. */
  tabs: { id: string; length: number }[]
  /** If false, the text may be longer: somebody wrote in it whom nobody saw. */
  isExact: boolean
  course: Course
  /** The longest that it was. */
  longest: number
  events: number
}

/** Google Docs allows a hundred tabs; what is beyond so many is counted to the last of them. */
const MOST_TABS = 100

/** How long the text of a document is, and how it came to be so long. */
export const textLength: Reducer<State> = {
  name: 'text-length',
  version: 1,
  says: 'How long the text of a document is, in UTF-16 units, and was over time',
  scope: { learnerAnd: 'objectId' },
  types: ['google_docs_save', 'document_history', 'document_loaded'],
  start: { tabs: [], isExact: false, course: { step: 10_000, points: [] }, longest: 0, events: 0 },
  reduce,
  show: (state) => ({
    length: lengthOf(state.tabs),
    isExact: state.isExact,
    longest: state.longest,
    overTime: state.course.points.map(([at, length]) => ({ at: isoOf(at), length })),
  }),
}

function reduce(state: State, event: ReducedEvent): State {
  const history = changesInHistory(event)
  if (history !== undefined) return rebuilt(state, event, history)
  if (event.type !== 'google_docs_save') return state
  const saved = changesSaved(event)
  // The first revision of a document is the empty one.
  const isNew = state.events === 0 && Number(memberOf(event.fields, 'rev') ?? Number.NaN) === 1
  let next: State = { ...state, isExact: state.isExact || isNew, events: state.events + 1 }
  for (const change of saved.changes) next = changed(next, change)
  const length = lengthOf(next.tabs)
  return {
    ...next,
    isExact: next.isExact && saved.unread === 0,
    course: noted(next.course, happenedAt(event), length),
  }
}

/** A history has the whole of the document, and replaces what was known of it. */
function rebuilt(state: State, event: ReducedEvent, { changes, unread }: Changes): State {
  const { course, ...start } = textLength.start
  let next: State = { ...start, isExact: true, course }
  for (const change of changes) {
    next = changed(next, change)
    if (change.time === undefined) continue
    const at = Math.min(change.time, happenedAt(event))
    if (at > 0) next.course = noted(next.course, at, lengthOf(next.tabs))
  }
  next.course = noted(next.course, happenedAt(event), lengthOf(next.tabs))
  return { ...next, isExact: next.isExact && unread === 0, events: state.events + 1 }
}

/** A place beyond the text shows that others wrote before it: the text was at least so long. */
function changed(state: State, { does, at, length, tab }: TextChange): State {
  const isKnown = state.tabs.some(({ id }) => id === tab)
  const isFull = !isKnown && state.tabs.length >= MOST_TABS
  const id = isFull ? state.tabs.at(-1)!.id : tab
  const before = state.tabs.find((one) => one.id === id)?.length ?? 0
  const least = does === 'insert' ? at - 1 : at - 1 + length
  const was = Math.max(before, least)
  const now = { id, length: does === 'insert' ? was + length : was - length }
  const others =
    isKnown || isFull ? state.tabs.map((one) => (one.id === id ? now : one)) : [...state.tabs, now]
  const longest = Math.max(state.longest, lengthOf(others))
  return { ...state, tabs: others, longest, isExact: state.isExact && was === before }
}

function lengthOf(tabs: State['tabs']): number {
  let sum = 0
  for (const { length } of tabs) sum += length
  return sum
}
