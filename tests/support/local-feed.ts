import { createLiveFeed } from '../../src/platform/local/live-feed'
import { createEventKeys } from '../../src/platform/local/log/event-keys'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { createTurns } from '../../src/platform/turns'
import { silentLog } from '../../src/telemetry/log'
import { clockAt } from './clock'
import { openStore } from './local-store'

/** The hot store of one machine over a folder, and its feed for live readers. */
export function openFeed(folder: string, now = () => new Date(), furthest = 0) {
  const events = openStore(folder, now, silentLog, furthest)
  const live = createLiveFeed({
    log: events.log,
    keys: createEventKeys(new Uint8Array(16).fill(7)),
    tokens: createTokenSigner(new Uint8Array(32).fill(1)),
    turns: createTurns(),
    clock: clockAt(now),
    telemetry: silentLog,
  })
  return {
    events,
    live,
    settle: async () => {
      await new Promise(setImmediate)
      await new Promise(setImmediate)
    },
    async [Symbol.asyncDispose]() {
      live[Symbol.dispose]()
      await events[Symbol.asyncDispose]()
    },
  }
}
