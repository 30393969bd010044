/**
 * This bench measures what a call of the browser client's `track` costs the page, beside writing the
 * same event as JSON and putting it into a list, which is the least it could do:
 *
 *   npx bun bench/client.bench.ts [EVENTS]
 *   npx bun build bench/client.bench.ts --target=node --outfile=FILE.mjs && node FILE.mjs
 *
 * It fails when 1 % of the calls take longer than 1 ms.
 */
import { createClient } from '../packages/client/src/index'

const EVENTS = Number(process.argv[2] ?? 10_000)
const MOST_MS = 1

const payload = (n: number) => ({
  position: n,
  choice: ['A', 'B', 'C', 'D'][n % 4],
  seconds: n / 7,
  text: 'x'.repeat(100),
})

/** Times each call. */
function timesOf(call: (n: number) => void): number[] {
  const times: number[] = []
  for (let n = 0; n < EVENTS; n++) {
    const begun = performance.now()
    call(n)
    times.push(performance.now() - begun)
  }
  return times.sort((a, b) => a - b)
}

const at = (times: number[], share: number) => times[Math.floor(times.length * share)]!
const shown = (ms: number) => `${(ms * 1000).toFixed(1)} µs`

// Nobody answers, so that everything stays in the queue, as in a page without a network.
globalThis.fetch = (() => new Promise(() => undefined)) as unknown as typeof fetch

function measure() {
  const list: string[] = []
  const bare = timesOf((n) => {
    list.push(
      JSON.stringify({
        event_id: crypto.randomUUID(),
        event_type: 'ANSWER_SELECTED',
        timestamp: new Date().toISOString(),
        session_id: 's',
        payload: payload(n),
      }),
    )
  })
  const client = createClient({ url: 'http://localhost', key: 'k', maxQueued: EVENTS })
  const track = timesOf((n) => client.track('ANSWER_SELECTED', payload(n)))
  client.consent(false)
  return { bare, track }
}

measure() // warm
const { bare, track } = measure()
for (const [name, times] of Object.entries({ bare, track })) {
  const [half, most] = [at(times, 0.5), at(times, 0.99)]
  console.log(
    `${name.padEnd(6)} half ${shown(half)}, 99 % ${shown(most)}, all ${shown(times.at(-1)!)}`,
  )
}
console.log(
  `ratio  half ${(at(track, 0.5) / at(bare, 0.5)).toFixed(1)}, 99 % ${(at(track, 0.99) / at(bare, 0.99)).toFixed(1)}`,
)
if (at(track, 0.99) > MOST_MS) {
  console.error(`1 % of the calls take longer than ${MOST_MS} ms`)
  process.exit(1)
}
process.exit()
