import type { SyncFile } from '../../src/platform/local/durably'
import { createEventStore } from '../../src/platform/local/event-store'
import { createEventKeys } from '../../src/platform/local/log/event-keys'
import { openEventLog } from '../../src/platform/local/log/event-log'
import { createNotices } from '../../src/platform/local/notices'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { type Log, silentLog } from '../../src/telemetry/log'
import { clockAt } from './clock'

/**
 * The hot store of one machine over a folder, and its log.
 * @param furthest the position that some follower is at
 * @param sync stands in for the disk, for what is appended
 */
export function openStore(
  folder: string,
  now = () => new Date(),
  telemetry: Log = silentLog,
  furthest = 0,
  sync?: SyncFile,
) {
  const keys = createEventKeys(new Uint8Array(16).fill(7))
  const log = openEventLog({
    folder,
    keys,
    now: now().getTime(),
    log: telemetry,
    notices: createNotices(telemetry),
    floor: () => Number.POSITIVE_INFINITY,
    furthest,
    sync,
  })
  const tokens = createTokenSigner(new Uint8Array(32).fill(1))
  const store = createEventStore({ log, keys, tokens, clock: clockAt(now) })
  return {
    ...store,
    log,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await log.close()
    },
  }
}
