import type { ReducedEvent, Reducer } from '../reducer'
import { happenedAt, idOf, isDeed, isoOf, minutesOf, nameOf } from './deeds'
import { putFirst } from './recent'
import { joined, type Sitting } from './sittings'
import { wholeOf } from './whole'

/** Somebody works from its first to its last event: times are ms since 1970. */
interface State {
  /** Time of sittings that are still at hand, and of those before. */
  ms: number
  sittings: Sitting[]
  /** Sittings before this time were put away: only their number and their time are kept. */
  before?: number
  putAway: number
  tasks: Task[]
  /** Time of tasks that made way for others, and time without a task. */
  otherMs: number
  /** Events that came when their time had been put away. */
  late: number
}

interface Task {
  id: string
  name?: string | undefined
  type?: string | undefined
  ms: number
  last: number
}

/** Learning Observer asks for 60 to 300 s: a longer pause is no work, and is not counted. */
const LONGEST_PAUSE = 300_000
/** A day at school has a handful of sittings: what comes from a device days later still finds its place. */
const MOST_SITTINGS = 48
/** A page shows a learner's tasks in a list; so many are a term's of a course. */
const MOST_TASKS = 32
/** A longer one is no activity without a pause, but a sum. */
const LONGEST_DURATION = 4 * 3_600_000

const start: State = { ms: 0, sittings: [], putAway: 0, tasks: [], otherMs: 0, late: 0 }

/** How long a learner worked, and at what. */
export const timeOnTask: Reducer<State> = {
  name: 'time-on-task',
  version: 1,
  says: 'How long a learner worked, in sittings without a pause of more than 5 minutes, and at what',
  scope: 'learner',
  start,
  reduce,
  show: ({ ms, sittings, putAway, tasks, otherMs, late }) => ({
    activeMinutes: minutesOf(ms),
    sittings: putAway + sittings.length,
    ...(sittings.length > 0 && { lastSeen: isoOf(sittings.at(-1)!.to) }),
    tasks: tasks.map(({ ms: spent, last, ...task }) => ({
      ...task,
      minutes: minutesOf(spent),
      lastSeen: isoOf(last),
    })),
    otherMinutes: minutesOf(otherMs),
    late,
  }),
}

function reduce(state: State, event: ReducedEvent): State {
  if (!isDeed(event)) return state
  const to = happenedAt(event)
  const { before } = state
  if (before !== undefined && to <= before) return { ...state, late: state.late + 1 }
  const from = Math.max(to - durationOf(event), before ?? 0)
  const task = taskOf(event)
  const { sittings, spent } = joined(state.sittings, { from, to, task: task?.id }, LONGEST_PAUSE)
  let next: State = { ...(task === undefined ? state : seen(state, task, to)), sittings }
  for (const { task: id, ms } of spent) next = { ...spend(next, id, ms), ms: next.ms + ms }
  return putAway(next)
}

/** Session events say how long somebody was there, and not that they worked. */
function durationOf({ durationMs = 0, objectType, commonAction }: ReducedEvent): number {
  const isStay = objectType === 'Session' || commonAction === 'LoggedOut'
  const isUsable = durationMs > 0 && durationMs <= LONGEST_DURATION
  return isUsable && !isStay && commonAction !== 'TimedOut' ? durationMs : 0
}

function taskOf(event: ReducedEvent): Omit<Task, 'ms' | 'last'> | undefined {
  const { objectId, objectName, objectType } = event
  const id = wholeOf(event) ?? objectId
  if (id === undefined) return undefined
  const isObject = id === objectId
  return {
    id: idOf(id),
    ...(isObject && objectName !== undefined && { name: nameOf(objectName) }),
    ...(isObject && objectType !== undefined && { type: nameOf(objectType) }),
  }
}

function spend(state: State, id: string | undefined, ms: number): State {
  const isKnown = state.tasks.some((task) => task.id === id)
  if (!isKnown) return { ...state, otherMs: state.otherMs + ms }
  const tasks = state.tasks.map((task) => (task.id === id ? { ...task, ms: task.ms + ms } : task))
  return { ...state, tasks }
}

/** Time is given to a task that is in the list, so a new one is put there before. */
function seen(state: State, task: Omit<Task, 'ms' | 'last'>, at: number): State {
  const known = state.tasks.find(({ id }) => id === task.id)
  const last = Math.max(at, known?.last ?? 0)
  const { list, dropped } = putFirst(state.tasks, { ms: 0, ...known, ...task, last }, MOST_TASKS)
  return { ...state, tasks: list, otherMs: state.otherMs + (dropped?.ms ?? 0) }
}

function putAway(state: State): State {
  const [oldest, ...sittings] = state.sittings
  if (oldest === undefined || sittings.length < MOST_SITTINGS) return state
  return { ...state, sittings, before: oldest.to, putAway: state.putAway + 1 }
}
