import { quotas } from './quotas'
import { COURSE_STEP, type Simulated } from './simulate'

interface Drawing extends Pick<Simulated, 'course'> {
  /** The rate is the mean of the day, in events a second. */
  eps: number
}

// The width in pixels is as wide as a page of GitHub shows without scaling.
const WIDTH = 880
const HEIGHT = 340
const LEFT = 64
const RIGHT = 20
const TOP = 34
const BOTTOM = 30

const POINTS_IN_HOUR = 3600 / COURSE_STEP
const ALL = '#1f6feb'
const LARGEST = '#bc4c00'
const LIMIT = '#cf222e'
const INK = '#424a53'

/**
 * Draws the day as an SVG document: the rate of all schools, that of the largest, the mean, the
 * first limit.
 */
export function drawDay({ eps, course }: Drawing): string {
  const peak = Math.max(...course.map(({ all }) => all))
  const top = roundedUp(peak)
  const x = (point: number) => LEFT + (point / course.length) * (WIDTH - LEFT - RIGHT)
  const y = (rate: number) => HEIGHT - BOTTOM - (rate / top) * (HEIGHT - TOP - BOTTOM)
  const line = (points: typeof course, of: keyof (typeof course)[number], color: string) =>
    `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points
      .map((point, at) => `${x(at).toFixed(1)},${y(point[of]).toFixed(1)}`)
      .join(' ')}"/>`
  const across = (rate: number, color: string, dashes: string) =>
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(rate).toFixed(1)}" y2="${y(rate).toFixed(1)}" stroke="${color}" stroke-dasharray="${dashes}"/>`
  const text = (at: { x: number; y: number }, label: string, color = INK, anchor = 'start') =>
    `<text x="${at.x.toFixed(1)}" y="${at.y.toFixed(1)}" fill="${color}" text-anchor="${anchor}">${label}</text>`

  const hours = [0, 4, 8, 12, 16, 20, 24]
  const rates = [0, 0.25, 0.5, 0.75, 1].map((share) => share * top)
  const limit = quotas.tableWrites.value
  const quota = `quota of a new table, ${shown(limit)}`
  const parts = [
    ...rates.map((rate) => across(rate, '#d0d7de', 'none')),
    ...rates.map((rate) => text({ x: LEFT - 8, y: y(rate) + 4 }, shown(rate), INK, 'end')),
    ...hours.map((hour) =>
      text({ x: x(hour * POINTS_IN_HOUR), y: HEIGHT - 10 }, `${hour}:00`, INK, 'middle'),
    ),
    line(course, 'all', ALL),
    line(course, 'largestTenant', LARGEST),
    across(eps, INK, '6 4'),
    text({ x: LEFT + 6, y: y(eps) - 6 }, `mean of the day, ${shown(eps)}`),
    ...(limit > top ? [] : [across(limit, LIMIT, '6 4')]),
    ...(limit > top ? [] : [text({ x: LEFT + 6, y: y(limit) - 6 }, quota, LIMIT)]),
    text({ x: LEFT, y: 18 }, 'events in the busiest second of each two minutes:'),
    text({ x: LEFT + 318, y: 18 }, `all schools, at most ${shown(peak)}`, ALL),
    text({ x: LEFT + 530, y: 18 }, 'the largest school', LARGEST),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">
<title>A simulated school day with a mean of ${shown(eps)} events a second</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`
}

/** Rounds up to a number that people divide by four in their heads. */
function roundedUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 4, 6, 8, 10].map((times) => times * unit).find((round) => round >= value)!
}

function shown(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}
