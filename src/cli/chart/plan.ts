import type { LakeAnswer } from '../../query/ask-lake'
import { CommandError } from '../failure'

export const chartKinds = ['bar', 'line'] as const
export type ChartKind = (typeof chartKinds)[number]

/** These columns are to be drawn, where somebody says so. */
export interface ChartAsked {
  as?: ChartKind | undefined
  x?: string | undefined
  /** Columns of numbers, separated by commas. */
  y?: string | undefined
  /** A line or a colour for each value of this column. */
  series?: string | undefined
  title?: string | undefined
}

/** A chart is one or more series of numbers over the same labels. */
export interface Chart {
  kind: ChartKind
  title: string | undefined
  /** The name of the column that the labels are from. */
  x: string
  /** If true, labels are times, in order. */
  isTime: boolean
  labels: string[]
  series: Series[]
}

export interface Series {
  name: string
  /** By label; null where there is none. */
  values: (number | null)[]
}

// More colours than these cannot be told apart, and more labels fill screens.
const MOST_SERIES = 8
const MOST_LABELS = 2000

/**
 * Decides what of an answer is drawn: numbers over the first column that is a time, or else a text; by the values of
 * a second text, where these are few. A column with one value in all rows (the tenant) is passed over.
 * @throws {CommandError} when there is nothing to draw, too much, or no such column
 */
export function chartOf(answer: LakeAnswer, asked: ChartAsked = {}): Chart {
  const columns = answer.columns.map(({ name }, at) => columnOf(name, at, answer.rows))
  if (answer.rows.length === 0) throw new CommandError('there is nothing to draw: no rows')
  const find = (name: string) => {
    const column = columns.find((one) => one.name === name)
    if (column) return column
    const names = columns.map((one) => one.name).join(', ')
    throw new CommandError(`there is no column ${JSON.stringify(name)} in the answer: ${names}`)
  }
  const texts = columns.filter(({ kind, distinct }) => kind !== 'number' && distinct > 1)
  const x =
    asked.x === undefined
      ? (texts.find(({ kind }) => kind === 'time') ??
        texts[0] ??
        columns.find(({ kind }) => kind !== 'number'))
      : find(asked.x)
  // Where each label has one row, other texts say more of it, and are no series.
  const isSplit = asked.series === undefined && (x?.distinct ?? 0) < answer.rows.length
  const by = asked.series === undefined ? isSplit && seriesAmong(texts, x) : find(asked.series)
  const numbers = asked.y?.split(',').map((name) => find(name.trim()))
  const y = numbers ?? columns.filter((one) => one.kind === 'number' && one !== x && one !== by)
  const wrong = y.find(({ kind }) => kind !== 'number')
  if (wrong) throw new CommandError(`the column ${wrong.name} has no numbers to draw`)
  if (y.length === 0) throw new CommandError('there is nothing to draw: no column has numbers')
  const isTime = x?.kind === 'time'
  const { labels, series } = laidOut(answer.rows, { x, by: by || undefined, y, isTime })
  if (labels.length > MOST_LABELS) {
    throw new CommandError(
      `${labels.length} labels are too many to draw (${MOST_LABELS}): group by less, or add LIMIT`,
    )
  }
  const { as: kind = isTime ? 'line' : 'bar', title } = asked
  return { kind, title, x: x?.name ?? 'row', isTime, labels, series }
}

interface Column {
  name: string
  at: number
  kind: 'number' | 'time' | 'text'
  distinct: number
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$/

function columnOf(name: string, at: number, rows: readonly unknown[][]): Column {
  const values = rows.map((row) => row[at]).filter((value) => value !== null)
  const distinct = new Set(rows.map((row) => String(row[at]))).size
  const all = (test: (value: unknown) => boolean) => values.length > 0 && values.every(test)
  const isNumber = (value: unknown) =>
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    (typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value))
  if (all(isNumber)) return { name, at, distinct, kind: 'number' }
  return { name, at, distinct, kind: all((one) => TIME.test(String(one))) ? 'time' : 'text' }
}

function seriesAmong(texts: readonly Column[], x: Column | undefined): Column | undefined {
  return texts.find((one) => one !== x && one.kind === 'text' && one.distinct <= MOST_SERIES)
}

interface Layout {
  x: Column | undefined
  by: Column | undefined
  y: readonly Column[]
  isTime: boolean
}

function laidOut(rows: readonly unknown[][], { x, by, y, isTime }: Layout) {
  const labelOf = (row: unknown[], at: number) => (x ? textOf(row[x.at]) : String(at + 1))
  const found = [...new Set(rows.map(labelOf))]
  const labels = isTime ? found.toSorted() : found
  const places = new Map(labels.map((label, at) => [label, at]))
  // Beside a column whose values are series, one of numbers is drawn.
  const drawn = by ? y.slice(0, 1) : y.slice(0, MOST_SERIES)
  const series = new Map<string, (number | null)[]>()
  for (const [at, row] of rows.entries()) {
    for (const column of drawn) {
      const name = by ? textOf(row[by.at]) : column.name
      const values = series.get(name) ?? labels.map(() => null)
      series.set(name, values)
      if (series.size > MOST_SERIES) {
        throw new CommandError(
          `the column ${by?.name} has more than ${MOST_SERIES} values, which nobody can tell apart in a chart`,
        )
      }
      const place = places.get(labelOf(row, at))!
      const value = row[column.at]
      if (value === null || value === undefined) continue
      // Counts could be added up, and means could not: nobody knows here which they are.
      if (values[place] !== null) throw severalFor(labelOf(row, at), x, by)
      values[place] = Number(value)
    }
  }
  return { labels, series: [...series].map(([name, values]) => ({ name, values })) }
}

function severalFor(label: string, x: Column | undefined, by: Column | undefined): CommandError {
  const both = [x?.name, by?.name].filter(Boolean).join(' and ')
  return new CommandError(
    `several rows are for ${JSON.stringify(label)}: there has to be one for each ${both}; choose others by --x and --series, or group by less`,
  )
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '(none)' : String(value)
}

/** Cuts from labels what they all begin with, up to a slash: addresses differ at their end. */
export function shortened(labels: readonly string[], most: number): string[] {
  const [first = ''] = labels
  let shared = labels.length > 1 ? first.lastIndexOf('/') + 1 : 0
  while (shared > 0 && !labels.every((one) => one.startsWith(first.slice(0, shared)))) {
    shared = first.lastIndexOf('/', shared - 2) + 1
  }
  // Less than an address is worth its room.
  const cut = /^[a-z][\w+.-]*:/i.test(first.slice(0, shared)) ? shared : 0
  return labels.map((label) => {
    const rest = label.slice(cut) || label
    if (rest.length <= most) return rest
    const half = Math.floor((most - 1) / 2)
    return `${rest.slice(0, half)}…${rest.slice(rest.length - (most - 1 - half))}`
  })
}
