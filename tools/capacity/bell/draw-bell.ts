import type { Bell } from './simulate-bell'
import type { Second } from './world'

// As wide as a page of GitHub shows without scaling, in pixels.
const WIDTH = 880
const HEIGHT = 300
const LEFT = 64
const RIGHT = 20
const TOP = 34
const BOTTOM = 30
const INK = '#424a53'

/** These are the bands, from the lowest up: a second's requests by what became of them. */
const bands = [
  { name: 'stored at once', color: '#1f6feb', of: ({ stored }: Second) => stored },
  { name: 'spilled', color: '#bc4c00', of: ({ spilled }: Second) => spilled },
  {
    name: 'turned away',
    color: '#cf222e',
    of: ({ turnedAway, refused }: Second) => turnedAway + refused,
  },
] as const

/** Draws the beginning of a bell as an SVG document: the requests of each second by what became of them. */
export function drawBell({ seconds, setting }: Pick<Bell, 'seconds' | 'setting'>): string {
  const top = Math.max(1, ...seconds.map(({ requests }) => requests)) * 1.1
  const width = (WIDTH - LEFT - RIGHT) / seconds.length
  const y = (count: number) => HEIGHT - BOTTOM - (count / top) * (HEIGHT - TOP - BOTTOM)
  const bars = seconds.flatMap((second, at) => {
    let below = 0
    return bands.map(({ color, of }) => {
      const [from, to] = [y(below), y(below + of(second))]
      below += of(second)
      const x = LEFT + at * width
      return `<rect x="${x.toFixed(1)}" y="${to.toFixed(1)}" width="${(width - 1).toFixed(1)}" height="${(from - to).toFixed(1)}" fill="${color}"/>`
    })
  })
  const text = (x: number, height: number, label: string, color = INK, anchor = 'start') =>
    `<text x="${x.toFixed(1)}" y="${height.toFixed(1)}" fill="${color}" text-anchor="${anchor}">${label}</text>`
  const rates = [0, 0.25, 0.5, 0.75, 1].map((part) => (part * top) / 1.1)
  const times = seconds.flatMap((_, at) => (at % 5 === 0 ? [at] : []))
  const parts = [
    ...bars,
    ...rates.map((rate) => text(LEFT - 8, y(rate) + 4, shown(rate), INK, 'end')),
    ...times.map((at) => text(LEFT + at * width, HEIGHT - 10, `${at - BEFORE} s`)),
    text(LEFT, 18, 'requests a second:'),
    ...bands.map(({ name, color }, at) => text(LEFT + 130 + at * 130, 18, name, color)),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">
<title>The beginning of a bell, at a mean of ${shown(setting.eps)} events a second</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`
}

// The seconds begin so many before the bell (`ring.ts`).
const BEFORE = 5

function shown(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}
