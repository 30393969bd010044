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
  const at = happenedAt(event)
  const events = state.events + 1
  // A history has the whole of the document, and replaces what was known of it.
  if (history !== undefined) {
    const draft = draftOf({ tabs: [], longest: 0, isExact: true })
    const course = applied(draft, history, { course: textLength.start.course, until: at })
    return { ...stateOf(draft), course: noted(course, at, draft.length), events }
  }
  if (event.type !== 'google_docs_save') return state
  // The first revision of a document is the empty one.
  const isNew = state.events === 0 && Number(memberOf(event.fields, 'rev') ?? Number.NaN) === 1
  const draft = draftOf({ ...state, isExact: state.isExact || isNew })
  applied(draft, changesSaved(event), { course: state.course, until: at })
  return { ...stateOf(draft), course: noted(state.course, at, draft.length), events }
}

type Known = Pick<State, 'tabs' | 'longest' | 'isExact'>

/** It is changed in place, for a history may have a hundred thousand changes. */
interface Draft {
  tabs: Map<string, number>
  lastTab: string
  length: number
  longest: number
  isExact: boolean
}

function draftOf({ tabs: list, longest, isExact }: Known): Draft {
  const tabs = new Map(list.map(({ id, length }) => [id, length]))
  let length = 0
  for (const one of tabs.values()) length += one
  return { tabs, lastTab: list.at(-1)?.id ?? '', length, longest, isExact }
}

function stateOf({ tabs, longest, isExact }: Draft): Known {
  return { tabs: Array.from(tabs, ([id, length]) => ({ id, length })), longest, isExact }
}

/** @returns how the length went, where changes say their times: none after `until` */
function applied(
  draft: Draft,
  { changes, unread }: Changes,
  { course, until }: { course: Course; until: number },
): Course {
  let next = course
  let last: number | undefined
  for (const change of changes) {
    const { time } = change
    // Within a step one point is enough, and steps grow with the history.
    const since = next.points.at(-1)?.[0] ?? 0
    if (last !== undefined && time !== undefined && time - since >= next.step) {
      next = noted(next, last, draft.length)
    }
    apply(draft, change)
    if (time !== undefined && time > 0) last = Math.min(time, until)
  }
  if (last !== undefined) next = noted(next, last, draft.length)
  if (unread > 0) draft.isExact = false
  return next
}

/** A place beyond the text shows that others wrote before it: the text was at least so long. */
function apply(draft: Draft, { does, at, length, tab }: TextChange) {
  const { tabs } = draft
  const isFull = !tabs.has(tab) && tabs.size >= MOST_TABS
  const id = isFull ? draft.lastTab : tab
  if (!isFull && !tabs.has(id)) draft.lastTab = id
  const before = tabs.get(id) ?? 0
  const was = Math.max(before, does === 'insert' ? at - 1 : at - 1 + length)
  const now = does === 'insert' ? was + length : was - length
  tabs.set(id, now)
  // Text that had to be there was there before it was deleted.
  draft.longest = Math.max(draft.longest, draft.length + was - before, draft.length + now - before)
  draft.length += now - before
  if (was !== before) draft.isExact = false
}

function lengthOf(tabs: State['tabs']): number {
  let sum = 0
  for (const { length } of tabs) sum += length
  return sum
}
