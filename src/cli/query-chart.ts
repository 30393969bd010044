import { Option } from 'commander'
import type { LakeAnswer } from '../query/ask-lake'
import { namedQueries } from '../query/sql'
import { type ChartAsked, chartKinds, chartOf } from './chart/plan'
import { CommandError } from './failure'

/** The options of a query that draws. */
export interface ChartOptions {
  chart?: true
  chartAs?: ChartAsked['as']
  x?: string
  y?: string
  series?: string
  title?: string
}

export function chartOptions(): Option[] {
  return [
    new Option('--chart', 'draw the answer: here, or with -o as .svg or .html'),
    new Option('--chart-as <kind>', 'bars or lines; left out, lines over times, else bars').choices(
      chartKinds,
    ),
    new Option('--x <column>', 'what the chart is over: the first time or text, left out'),
    new Option('--y <columns>', 'what it shows, separated by commas: all numbers, left out'),
    new Option('--series <column>', 'a line or colour for each of its values'),
    new Option('--title <text>', 'what stands above the chart'),
  ]
}

/**
 * Finds out whether an answer is to be drawn, and how.
 * @param output the kind of the file it goes into, if it goes into one
 * @returns undefined for an answer in rows
 * @throws {CommandError} for a chart in a file of rows, and for options of a chart without one
 */
export function chartAsked(
  options: ChartOptions & { named?: string; chosen?: string },
  output: string | undefined,
): ChartAsked | undefined {
  const { chartAs: as, x, y, series, named, chosen } = options
  const isDrawn = output === 'svg' || output === 'html'
  const isAsked = options.chart === true || isDrawn
  if (!isAsked) {
    const given = Object.entries({ 'chart-as': as, x, y, series, title: options.title })
    const stray = given.find(([, value]) => value !== undefined)
    if (stray) throw new CommandError(`--${stray[0]} is of a chart: give --chart as well`)
    return undefined
  }
  if (output !== undefined && !isDrawn) {
    throw new CommandError(`--chart goes into a .svg or .html file, and not into .${output}`)
  }
  if (chosen !== undefined) throw new CommandError('give --format or --chart, not both')
  const title = options.title ?? namedQueries.find(({ id }) => id === named)?.title
  return { as, x, y, series, title }
}

/** Draws an answer for a terminal. @throws {CommandError} as `chartOf` */
export async function drawnInTerminal(answer: LakeAnswer, asked: ChartAsked): Promise<string> {
  const { drawInTerminal } = await import('./chart/terminal')
  return drawInTerminal(chartOf(answer, asked))
}

/** Draws an answer for a file. The library is loaded here, and by nothing else. @throws {CommandError} as `chartOf` */
export async function drawn(
  answer: LakeAnswer,
  kind: 'svg' | 'html',
  asked: ChartAsked,
): Promise<string> {
  const chart = chartOf(answer, asked)
  if (kind === 'svg') return (await import('./chart/draw')).drawSvg(chart)
  return (await import('./chart/page')).drawPage(chart)
}
