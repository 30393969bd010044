import { join } from 'node:path'
import { openArchive } from '../../src/platform/local/archive'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { silentLog } from '../../src/telemetry/log'
import { archiveContract } from '../contracts/archive.contract'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'

archiveContract('DuckDB', { isByReceipt: true, holdsLarge: true, canErase: true }, async () => {
  const root = temporaryFolder()
  const folder = join(root.path, 'lake', 'events')
  const duck = createDuck()
  const archive = openArchive({ folder, log: silentLog })
  return {
    archive,
    lake: lakeOf({ folder, duck }),
    list: async () => (await Array.fromAsync(new Bun.Glob('**/*').scan(folder))).sort(),
    async [Symbol.asyncDispose]() {
      await archive[Symbol.asyncDispose]()
      await duck[Symbol.asyncDispose]()
      root[Symbol.dispose]()
    },
  }
})
