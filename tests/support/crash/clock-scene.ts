import { temporaryFolder } from '../folders'
import { startServerProcess } from '../server-process'
import { createSteppedClock } from './clock'
import { startReceiver } from './receiver'
import { createSenders } from './senders'
import { settings } from './settings'

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR

/** From ten seconds past midnight to ten before it. */
const toBeforeMidnight = (now: number) => -((now % DAY) + 10 * SECOND)

/** How far a clock is set, in milliseconds, when it shows `now`. */
export const steps: [name: string, ms: (now: number) => number][] = [
  ['back 5 s', () => -5 * SECOND],
  ['back 1 h', () => -HOUR],
  ['forward 1 h', () => HOUR],
  ['back across midnight', toBeforeMidnight],
]

/** Beyond what one generation of the log holds: a day. */
export const longSteps: typeof steps = [
  ['forward 25 h', () => 25 * HOUR],
  ['back 25 h', () => -25 * HOUR],
]

/** A folder, who sends to it and who is told, and servers of it by a clock of their own. */
export function openClockScene() {
  const folder = temporaryFolder()
  const aside = temporaryFolder()
  const receiver = startReceiver()
  // Ten seconds past midnight, so that every step back crosses it.
  const clock = createSteppedClock(aside.path, DAY - (Date.now() % DAY) + 10 * SECOND)
  return {
    dataDir: folder.path,
    receiver,
    clock,
    senders: createSenders(),
    start: () => startServerProcess(folder.path, { ...settings, ...clock.env }),
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
      aside[Symbol.dispose]()
    },
  }
}
