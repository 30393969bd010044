import { randomBytes } from 'node:crypto'

const TEXTS = 4000
const TRIES = 5
// One took 5.1 where the floor of `bench/ingest.bench.ts`, JSON.parse as well, was 10.0; it was 4.7 on the machine on which all limits were met.
const USUAL_MICROSECONDS = 2.5
// Beyond, something is wrong with a machine that no limit should make up for.
const MOST = 2

let known: number | undefined

/**
 * Measures how many times as long as usual this machine takes to parse JSON, from 1 to 2, when it is asked first:
 * a limit in milliseconds is for a machine of a certain speed, and virtual ones, whose memory others use
 * as well, differ by half of it.
 */
export function slowness(): number {
  known ??= Math.min(MOST, Math.max(1, fastest() / USUAL_MICROSECONDS))
  return known
}

/** @returns µs a text, of the try that others disturbed least */
function fastest(): number {
  // Each is new: of a text that comes again the engine has all strings.
  const texts = Array.from({ length: TEXTS }, textOf)
  let least = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < TRIES; tries += 1) {
    const from = performance.now()
    const parsed = texts.map((text) => JSON.parse(text) as object)
    least = Math.min(least, ((performance.now() - from) * 1000) / parsed.length)
  }
  return least
}

/** Makes a text of 1.2 KB with some forty strings, as an event has. */
function textOf(): string {
  const text = () => randomBytes(9).toString('hex')
  const entity = () => ({ id: text(), type: text(), name: text(), about: { a: text(), b: text() } })
  return JSON.stringify(Array.from({ length: 8 }, entity))
}
