import type { Log } from '../../../telemetry/log'
import type { KeptDays } from '../../settlement'
import type { LocalSettlement } from '../settlement'

// A day is a good deal longer, and a lake that has nothing to do is looked through in milliseconds.
const LOOK_MS = 10 * 60_000
// The server may settle all night; then a person at work wants the machine.
const MOST_MS = 5 * 60 * 60_000

/**
 * Settles what waits and removes what is due, once a day from an hour on. In the course of the day it joins the files of
 * the hours that are over.
 * @param options.now the time that has surely come; undefined while that is not known
 */
export function settleNightly(options: {
  settlement: Pick<LocalSettlement, 'settle' | 'expire' | 'joinHours'>
  keptDays: KeptDays
  hour: number
  now(): Date | undefined
  log: Log
}): AsyncDisposable {
  const { settlement, keptDays, hour, now, log } = options
  const stopped = new AbortController()
  const { signal } = stopped
  let done = ''
  let running: Promise<void> | undefined
  let told: string | undefined

  async function night(time: Date) {
    const today = time.toISOString().slice(0, 10)
    const { days } = await settlement.settle({ until: today, maxMs: MOST_MS, signal })
    if (days.length > 0) {
      const sum = (of: 'rows' | 'copies' | 'filesBefore' | 'filesAfter') =>
        days.reduce((total, day) => total + day[of], 0)
      log.info('closed days of the lake are settled', {
        days: days.length,
        events: sum('rows'),
        copies: sum('copies'),
        filesBefore: sum('filesBefore'),
        filesAfter: sum('filesAfter'),
      })
    }
    const { removed } = await settlement.expire(time, keptDays, { signal })
    if (removed > 0) log.info('events have gone from the lake, kept for long enough', { removed })
    // A day that there was no time for waits for the next night.
    if (!signal.aborted) done = today
    told = undefined
  }

  async function joinHours() {
    const hours = await settlement.joinHours(signal)
    told = undefined
    if (hours.length === 0) return
    const sum = (of: 'rows' | 'filesBefore' | 'filesAfter') =>
      hours.reduce((total, one) => total + one[of], 0)
    log.info('hours of the lake are joined', {
      hours: hours.length,
      events: sum('rows'),
      filesBefore: sum('filesBefore'),
      filesAfter: sum('filesAfter'),
    })
  }

  function look() {
    const time = now()
    if (time === undefined || running !== undefined || signal.aborted) return
    const isNight = time.getUTCHours() >= hour && !time.toISOString().startsWith(done || ' ')
    running = (isNight ? night(time) : joinHours())
      .catch((error: Error) => {
        // It tries again at the next look; the log needs one line.
        if (told === error.message || signal.aborted) return
        told = error.message
        log.warn('the lake is not settled; events are taken and archived all the same', {
          reason: error.message,
        })
      })
      .finally(() => {
        running = undefined
      })
  }

  const timer = setInterval(look, LOOK_MS)
  timer.unref()
  look()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      stopped.abort()
      await running
    },
  }
}
