export interface Line {
  name: string
  unit: string
  color: string
  points: readonly { at: number; value: number }[]
}

// Pixels; as wide as a page of GitHub shows without scaling.
const WIDTH = 880
const BAND = 150
const LEFT = 64
const RIGHT = 16
const TOP = 26
const GAP = 16

const INK = '#424a53'
const GRID = '#d0d7de'

/**
 * One band for each line, over the same time, as an SVG document.
 * @param marks moments that are named, in milliseconds like `at`
 */
export function plot(
  title: string,
  lines: readonly Line[],
  marks: readonly { at: number; name: string }[],
): string {
  const times = lines.flatMap(({ points }) => points.map(({ at }) => at))
  const [from, to] = [Math.min(...times), Math.max(...times)]
  const x = (at: number) => (LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const height = lines.length * BAND + TOP
  const bands = lines.map((line, n) => band(line, { top: n * BAND + TOP, x }))
  const named = marks.map(
    ({ at, name }, n) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${height}" stroke="${INK}" stroke-dasharray="4 4"/>` +
      `<text x="${x(at)}" y="${12 + (n % 2) * 11}" fill="${INK}" text-anchor="middle">${name}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height + 10}" font-family="sans-serif" font-size="11" role="img">
<title>${title}</title>
<rect width="${WIDTH}" height="${height + 10}" fill="#ffffff"/>
${[...bands, ...named].join('\n')}
</svg>
`
}

function band({ name, unit, color, points }: Line, place: { top: number; x(at: number): string }) {
  const { top, x } = place
  const most = Math.max(...points.map(({ value }) => value), 1)
  const floor = top + BAND - GAP
  const y = (value: number) => (floor - (value / most) * (BAND - 2 * GAP)).toFixed(1)
  const line = points.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ')
  const across = [0, 0.5, 1].map((share) => {
    const at = y(share * most)
    return (
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="${GRID}"/>` +
      `<text x="${LEFT - 6}" y="${Number(at) + 4}" fill="${INK}" text-anchor="end">${Math.round(share * most)}</text>`
    )
  })
  return [
    ...across,
    `<text x="${LEFT + 4}" y="${top + 10}" fill="${color}">${name}, ${unit}</text>`,
    `<polyline fill="none" stroke="${color}" stroke-width="1.2" points="${line}"/>`,
  ].join('\n')
}
