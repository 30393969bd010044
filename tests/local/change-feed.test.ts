import { join } from 'node:path'
import { systemClock } from '../../src/platform/clock'
import { createChangeFeed } from '../../src/platform/local/change-feed'
import { openDatabase } from '../../src/platform/local/database'
import { createEventStore } from '../../src/platform/local/event-store'
import { createCursors, cursorsSchema } from '../../src/platform/local/log/cursors'
import { createEventKeys } from '../../src/platform/local/log/event-keys'
import { openEventLog } from '../../src/platform/local/log/event-log'
import { createNotices } from '../../src/platform/local/notices'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { silentLog } from '../../src/telemetry/log'
import { changeFeedContract } from '../contracts/change-feed.contract'
import { temporaryFolder } from '../support/folders'

changeFeedContract('The log', { isOrdered: true, tellsLag: true, isExact: true }, async () => {
  const folder = temporaryFolder()
  return {
    async open() {
      const db = openDatabase(join(folder.path, 'nonius.db'), cursorsSchema)
      const cursors = createCursors(db)
      const keys = createEventKeys(new Uint8Array(16))
      const log = openEventLog({
        folder: join(folder.path, 'hot'),
        keys,
        now: Date.now(),
        log: silentLog,
        notices: createNotices(silentLog),
        floor: cursors.floor,
        furthest: cursors.furthest(),
      })
      const tokens = createTokenSigner(new Uint8Array(32))
      const events = createEventStore({ log, keys, tokens, clock: systemClock })
      return {
        events,
        changes: createChangeFeed({ log, cursors, clock: systemClock, telemetry: silentLog }),
        async close() {
          await events[Symbol.asyncDispose]()
          await log.close()
          db.close()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]()
    },
  }
})
