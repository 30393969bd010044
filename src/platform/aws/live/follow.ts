import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../../../telemetry/log'
import type { StoredRecord } from '../../live-feed'
import type { FindLogged } from './events'
import type { LiveLog } from './log'
import { readLogged } from './page'
import type { LivePlace, positionsOf } from './place'

interface Needs {
  liveLog: Pick<LiveLog, 'renew' | 'rows'>
  findLogged: FindLogged
  positions: ReturnType<typeof positionsOf>
  log: Log
  pollMs?: number | undefined
}

interface Following {
  tenantId: string
  from: LivePlace
  listener(stored: readonly StoredRecord[]): void
}

// The stream itself brings what was stored within some two seconds (`infra/stream-mapping.ts`), and a look
// costs a read unit: half of one would not see what has just been written.
const POLL_MS = 1000
// A look takes what a reader of events has in memory at once.
const LIMIT = 500
const MAX_BYTES = 4 * 1024 * 1024
// A row that is not there after so many looks never comes: it has expired, or was lost.
const MAX_LOOKS = 5

/** Follows a log from a place on, until it is disposed. What fails is tried again at the next look. */
export function follow(needs: Needs, { tenantId, from, listener }: Following): AsyncDisposable {
  const { liveLog, log, pollMs = POLL_MS } = needs
  const stopping = new AbortController()
  const { signal } = stopping
  let place = from
  let looks = 0

  /** Gives the listener what came. @returns whether there is more to be read at once */
  async function look(): Promise<boolean> {
    await liveLog.renew(tenantId)
    const asked = { tenantId, from: place, limit: LIMIT, maxBytes: MAX_BYTES }
    const { items, next, isAll, gap } = await readLogged(needs, asked)
    if (signal.aborted) return false
    place = next
    if (items.length > 0) listener(items)
    const missed = gap?.next
    looks = missed === undefined || items.length > 0 ? 0 : looks + 1
    if (missed !== undefined && looks >= MAX_LOOKS) {
      log.error('rows of a live log are missing', { tenantId, from: place[0], until: missed })
      place = [missed, 0]
      looks = 0
      return true
    }
    return !isAll && gap === undefined
  }

  async function run() {
    while (!signal.aborted) {
      const goesOn = await look().catch((error: Error) => {
        log.warn('a live log could not be read; again in a second', { reason: error.message })
        return false
      })
      if (!goesOn) await wait(pollMs, undefined, { signal }).catch(() => {})
    }
  }

  const ended = run()
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await ended
    },
  }
}
