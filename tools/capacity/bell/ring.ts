import { BELL_SECONDS } from '../day'
import { type BellSetting, bellRates, partOf } from './setting'
import { createWorld, type Second } from './world'

/** This is what becomes of the requests of a bell. */
export interface Rung extends Second {
  /** These are the seconds that were simulated one by one, from a few before the bell on. */
  seconds: Second[]
}

const BEFORE_SECONDS = 5

/**
 * The rate rises to that of the bell in so many seconds: the clocks of a hundred schools differ by as much,
 * and people are not faster. A rise within a second would ask for more sandboxes than Lambda starts in one.
 */
const RISE_SECONDS = 10

// By then each second is as the one before it: the last ten stand for the rest of the bell.
const SIMULATED_SECONDS = 30
const STEADY_SECONDS = 10

// A request takes no longer: three seconds for the table, as many for S3, and the start of a sandbox.
const LAST_ANSWER_SECONDS = 8

/**
 * Rings the bell. Each request arrives by itself, and meets what is there at its moment.
 * @param remembers if false, requests wait for three seconds, as before busy stores were remembered
 */
export async function ring(whole: BellSetting, remembers = true): Promise<Rung> {
  const setting = partOf(whole)
  const { second } = createWorld(setting, remembers)
  const rates = bellRates(setting)
  const seconds: Second[] = []
  for (let at = -BEFORE_SECONDS; at < SIMULATED_SECONDS; at += 1) {
    const risen = Math.min(1, Math.max(0, (at + 1) / RISE_SECONDS))
    seconds.push(await second(rates.before + (rates.bell - rates.before) * risen))
  }
  for (let left = LAST_ANSWER_SECONDS; left > 0; left -= 1) await second(0)

  const bell = seconds.slice(BEFORE_SECONDS)
  const steady = seconds.slice(-STEADY_SECONDS)
  const rest = (BELL_SECONDS - bell.length) / STEADY_SECONDS
  const sum = (what: keyof Second, of: Second[]) => of.reduce((all, one) => all + one[what], 0)
  const all = (what: keyof Second) =>
    Math.round((sum(what, bell) + sum(what, steady) * rest) * setting.parts)
  return {
    requests: all('requests'),
    turnedAway: all('turnedAway'),
    stored: all('stored'),
    spilled: all('spilled'),
    refused: all('refused'),
    busiest: Math.round(Math.max(...bell.map(({ busiest }) => busiest)) * setting.parts),
    seconds: seconds.map((one) => scaled(one, setting.parts)),
  }
}

function scaled(second: Second, by: number): Second {
  const entries = Object.entries(second).map(([name, count]) => [name, Math.round(count * by)])
  return Object.fromEntries(entries)
}
