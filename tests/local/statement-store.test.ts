import { join } from 'node:path'
import { createNotices } from '../../src/platform/local/notices'
import { openStatementStore } from '../../src/platform/local/statement-store'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { createTurns } from '../../src/platform/turns'
import { silentLog } from '../../src/telemetry/log'
import { statementStoreContract } from '../contracts/statement-store.contract'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { LATER } from '../support/statements'

function open(folder: string, now: () => Date = () => LATER) {
  return openStatementStore({
    file: join(folder, 'statements.db'),
    secret: new Uint8Array(16).fill(7),
    clock: clockAt(now),
    tokens: createTokenSigner(new Uint8Array(32).fill(7)),
    turns: createTurns(),
    notices: createNotices(silentLog),
  })
}

statementStoreContract(
  'SQLite',
  async ({ now } = {}) => {
    const folder = temporaryFolder()
    const store = open(folder.path, now)
    return {
      ...store,
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]()
        folder[Symbol.dispose]()
      },
    }
  },
  { runs: 100 },
)
