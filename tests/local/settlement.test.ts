import { join } from 'node:path'
import { openArchive } from '../../src/platform/local/archive'
import { createDuck } from '../../src/platform/local/parquet/duck'
import { openSettlement } from '../../src/platform/local/settlement'
import { silentLog } from '../../src/telemetry/log'
import { settlementContract } from '../contracts/settlement.contract'
import { clockAt } from '../support/clock'
import { temporaryFolder } from '../support/folders'
import { lakeOf } from '../support/lake'

settlementContract('DuckDB', async () => {
  const root = temporaryFolder()
  const folder = join(root.path, 'lake', 'events')
  const duck = createDuck()
  const archive = openArchive({ folder, log: silentLog })
  const clock = clockAt(() => new Date('2026-11-18T12:00:00.000Z'))
  const settlement = await openSettlement({ folder, archive, clock })
  return {
    archive,
    settlement,
    lake: lakeOf({ folder, duck }),
    list: () => Array.fromAsync(new Bun.Glob('**/*').scan(folder)),
    async [Symbol.asyncDispose]() {
      await archive[Symbol.asyncDispose]()
      await duck[Symbol.asyncDispose]()
      root[Symbol.dispose]()
    },
  }
})
