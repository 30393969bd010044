import { withoutFew } from '../../analytics/suppress'
import { comparableId } from '../../event/person-id'
import type { ShownState } from '../states'

/** A number that states have at one place, over the learners who have one there. */
export interface Figure {
  /** Names of members, from the state down. */
  path: readonly string[]
  /** The mean over learners; of somebody who has several states, their mean counts. */
  mean: number
  median: number
}

export interface Figures {
  /** Absent where it is below 5. */
  learners?: number | undefined
  figures: Figure[]
  /** So many figures, the number of learners among them, are left out. */
  suppressed: number
}

// A state is a few kilobytes, whose numbers stand near its top; a member named by an id is of one learner or few.
const MAX_DEPTH = 4
const MAX_PATHS = 500
// Members that are read of one state, so that a hostile state costs no more than another.
const MAX_MEMBERS = 2_000

type Numbers = Map<string, Map<string, number[]>>

/**
 * Adds up states for whoever may not see people: each number that five learners have, at least.
 */
export function figuresOf(states: readonly ShownState[]): Figures {
  const numbers: Numbers = new Map()
  const learners = new Set<string>()
  for (const { learner, state } of states) {
    if (learner === undefined) continue
    const name = comparableId(learner)
    learners.add(name)
    gather(numbers, name, state)
  }
  // How many have a number is not said: beside the number of all it would say how many do not.
  const rows = [...numbers].map(([path, byLearner]) => ({
    path,
    byLearner,
    people: byLearner.size,
  }))
  const { rows: shown, suppressed } = withoutFew(rows)
  const figures = shown.map(({ path, byLearner }) => {
    const means = [...byLearner.values()].map(meanOf).toSorted((a, b) => a - b)
    return { path: JSON.parse(path) as string[], mean: meanOf(means), median: medianOf(means) }
  })
  const isCounted = withoutFew([{ people: learners.size }]).suppressed === 0
  return {
    ...(isCounted && { learners: learners.size }),
    figures,
    suppressed: suppressed + (isCounted ? 0 : 1),
  }
}

function gather(numbers: Numbers, learner: string, state: unknown) {
  let members = 0
  walk(state, [])

  function walk(value: unknown, path: readonly string[]) {
    members += 1
    if (members > MAX_MEMBERS) return
    if (typeof value === 'number' && Number.isFinite(value)) return note(path, value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    if (path.length === MAX_DEPTH) return
    for (const [name, member] of Object.entries(value)) walk(member, [...path, name])
  }

  function note(path: readonly string[], value: number) {
    const name = JSON.stringify(path)
    const byLearner = numbers.get(name) ?? new Map<string, number[]>()
    if (!numbers.has(name)) {
      if (numbers.size === MAX_PATHS) return
      numbers.set(name, byLearner)
    }
    const own = byLearner.get(learner)
    if (own) own.push(value)
    else byLearner.set(learner, [value])
  }
}

/** Divides first, so that the largest numbers do not add up to infinity. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value / values.length, 0)
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? 0
  return Number.isInteger(middle) ? (sorted[middle - 1]! + upper) / 2 : upper
}
