import { appendFileSync } from 'node:fs'

/** A bench measured this for a goal. */
export interface Goal {
  /** It names what was measured, e.g. `CPU of an event, steady`. */
  goal: string
  /** `NaN` where nothing could be measured: then `beside` says why. */
  value: number
  unit: string
  /** Either bound makes it a goal; a figure at the bound meets it. */
  most?: number
  least?: number
  /** It says what a reader has to know beside the figure: spread, what it was measured against. */
  beside?: string
}

export type Mark = 'met' | 'NOT met' | 'not measured'

/** `npm run bench:all` names a file here, to which the benches add a line of JSON a goal. */
export const GOALS_FILE = 'NONIUS_BENCH_GOALS'

/** @throws when the goal has no bound */
export function markOf({ goal, value, most, least }: Goal): Mark {
  if (most === undefined && least === undefined) throw new Error(`${goal}: no bound`)
  if (Number.isNaN(value)) return 'not measured'
  return value <= (most ?? value) && value >= (least ?? value) ? 'met' : 'NOT met'
}

/** Three digits are more than a shared machine gives. */
export function figureOf({ value, unit }: Pick<Goal, 'value' | 'unit'>): string {
  if (Number.isNaN(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  const number = value.toLocaleString('en', { maximumFractionDigits: digits })
  return unit === '' ? number : `${number} ${unit}`
}

export function wantedOf({ most, least, unit }: Goal): string {
  const bounds = [
    ...(most === undefined ? [] : [`≤ ${figureOf({ value: most, unit })}`]),
    ...(least === undefined ? [] : [`≥ ${figureOf({ value: least, unit })}`]),
  ]
  return bounds.join(', ')
}

/** Prints what was measured for a goal, and leaves it for the table of all. */
export function tellGoal(goal: Goal): void {
  const beside = goal.beside === undefined ? '' : ` (${goal.beside})`
  console.log(`${goal.goal}: ${figureOf(goal)}, goal ${wantedOf(goal)}: ${markOf(goal)}${beside}`)
  const file = process.env[GOALS_FILE]
  // JSON has no NaN: it becomes null, which the reader takes back.
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(goal)}\n`)
}

/** Reads the lines that benches left. */
export function goalsIn(text: string): Goal[] {
  const lines = text.split('\n').filter(Boolean)
  return lines.map((line) => {
    const goal = JSON.parse(line)
    return { ...goal, value: goal.value ?? Number.NaN }
  })
}
