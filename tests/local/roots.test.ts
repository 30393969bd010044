import { join } from 'node:path'
import { openDatabase } from '../../src/platform/local/database'
import { createDocumentStore, documentsSchema } from '../../src/platform/local/document-store'
import { createTokenSigner } from '../../src/platform/shared/page-token'
import { rootsContract } from '../contracts/roots.contract'
import { aRunningClock } from '../support/clock'
import { temporaryFolder } from '../support/folders'

const tokens = createTokenSigner(new Uint8Array(32).fill(7))

rootsContract('SQLite', async () => {
  const folder = temporaryFolder()
  const file = join(folder.path, 'documents.db')
  const [db, other] = [openDatabase(file, documentsSchema), openDatabase(file, documentsSchema)]
  const clock = aRunningClock()
  return {
    documents: createDocumentStore(db, { clock, tokens }),
    another: createDocumentStore(other, { clock, tokens }),
    async [Symbol.asyncDispose]() {
      db.close()
      other.close()
      folder[Symbol.dispose]()
    },
  }
})
