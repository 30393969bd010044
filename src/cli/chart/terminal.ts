import { harmless } from '../table'
import { type Chart, type Series, shortened } from './plan'

// Wide enough to compare by, and within the 80 columns that every terminal has.
const BAR = 40
const LABEL = 28
const PLOT = { columns: 64, rows: 8 }
// A screen or two; files have all.
const MOST_BARS = 60
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** Draws a chart of characters: bars beside their labels, or a plot for each line. */
export function drawInTerminal(chart: Chart): string {
  const title = chart.title === undefined ? [] : [harmless(chart.title), '']
  const drawn = chart.series.map((series, at) => {
    const named = chart.series.length > 1 || chart.kind === 'line' ? [harmless(series.name)] : []
    const gap = at > 0 ? [''] : []
    const lines = chart.kind === 'line' ? plotOf(chart, series) : barsOf(chart, series)
    return [...gap, ...named, ...lines]
  })
  return [...title, ...drawn.flat(), ''].join('\n')
}

function barsOf({ labels }: Chart, { values }: Series): string[] {
  const short = shortened(labels, LABEL).map(harmless)
  const shown = short.slice(0, MOST_BARS)
  const width = Math.max(...shown.map(({ length }) => length))
  const most = Math.max(0, ...values.map((value) => value ?? 0))
  const lines = shown.map((label, at) => {
    const value = values[at] ?? null
    const bar = value === null || most <= 0 ? '' : blocks((BAR * Math.max(0, value)) / most)
    return `${label.padEnd(width)} │${bar} ${value === null ? '' : numberText(value)}`.trimEnd()
  })
  const more = labels.length - shown.length
  return more > 0 ? [...lines, `… and ${more} more`] : lines
}

function blocks(length: number): string {
  const eighths = Math.round(length * 8)
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!
}

/** Plots by dots of Braille, of which a character has two across and four down. */
function plotOf({ labels }: Chart, { values }: Series): string[] {
  const given = values.filter((value) => value !== null)
  const [least, most] = [Math.min(0, ...given), Math.max(...given)]
  const [across, down] = [PLOT.columns * 2, PLOT.rows * 4]
  const cells = Array.from({ length: PLOT.rows }, () => Array<number>(PLOT.columns).fill(0))
  const dot = (x: number, y: number) => {
    cells[y >> 2]![x >> 1]! |= DOTS[y & 3]![x & 1]!
  }
  const placeX = (at: number) =>
    labels.length < 2 ? 0 : Math.round((at * (across - 1)) / (labels.length - 1))
  const placeY = (value: number) =>
    most === least ? down - 1 : Math.round(((most - value) * (down - 1)) / (most - least))
  let before: [x: number, y: number] | undefined
  for (const [at, value] of values.entries()) {
    if (value === null) {
      before = undefined
      continue
    }
    const here: [number, number] = [placeX(at), placeY(value)]
    for (const [x, y] of between(before ?? here, here)) dot(x, y)
    before = here
  }
  const scale = [numberText(most), numberText(least)]
  const width = Math.max(...scale.map(({ length }) => length))
  const lines = cells.map((row, at) => {
    const mark = at === 0 ? scale[0]! : at === PLOT.rows - 1 ? scale[1]! : ''
    const text = row.map((bits) => String.fromCodePoint(BRAILLE + bits)).join('')
    return `${mark.padStart(width)} ┤${text}`.replace(/\u2800+$/, '')
  })
  const [first, last] = [harmless(labels[0]!), harmless(labels.at(-1)!)]
  const room = Math.max(1, PLOT.columns - first.length - last.length)
  return [...lines, `${' '.repeat(width + 2)}${first}${' '.repeat(room)}${last}`]
}

const BRAILLE = 0x2800
// The bit of each dot, by row and column (Unicode, block "Braille Patterns").
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]

function* between(from: [number, number], to: [number, number]): Generator<[number, number]> {
  const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1)
  for (let step = 0; step <= steps; step += 1) {
    const share = step / steps
    yield [
      Math.round(from[0] + (to[0] - from[0]) * share),
      Math.round(from[1] + (to[1] - from[1]) * share),
    ]
  }
}

/** Writes a number for people: no more digits than tell it. */
function numberText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 })
}
