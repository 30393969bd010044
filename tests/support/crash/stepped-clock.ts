import { readFileSync } from 'node:fs'

// A process that is started with this file by `bun --preload` goes by a wall clock that a test steps:
// what the file named by TEST_CLOCK_FILE says, in milliseconds, is added to the time of the machine.
// Timers and `performance.now()` go on undisturbed, as they do when a real clock is set.

// Often enough for a test that waits a tenth of a second after a step; reading takes some 10 µs.
const READ_EVERY_MS = 10

const RealDate = Date
const file = process.env.TEST_CLOCK_FILE
let offset = 0
let readAt = Number.NEGATIVE_INFINITY

function steppedNow(): number {
  if (file !== undefined && performance.now() - readAt >= READ_EVERY_MS) {
    offset = Number(readFileSync(file, 'utf8'))
    readAt = performance.now()
  }
  return RealDate.now() + offset
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given) =>
    Reflect.construct(target, given.length === 0 ? [steppedNow()] : given, target),
  apply: () => new RealDate(steppedNow()).toString(),
  get: (target, name) => (name === 'now' ? steppedNow : Reflect.get(target, name)),
})
