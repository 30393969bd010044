import { expect, it } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPartWriter } from '../../src/platform/local/archive/writer'
import type { ArchiveJob, SetAsideJob } from '../../src/platform/local/parquet/archive-job'
import { silentLog } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'

type Needs = Parameters<typeof createPartWriter>[0]

it('a part that was in its place when its process was killed is not written again', async () => {
  using folder = temporaryFolder()
  const asked: string[] = []
  const child = {
    async run(job: ArchiveJob | SetAsideJob) {
      asked.push(job.name)
      mkdirSync(job.place, { recursive: true })
      writeFileSync(join(job.place, `${job.name}.parquet`), 'whole')
      return { kind: 'died', reason: 'killed', isCrash: true } as const
    },
    async [Symbol.asyncDispose]() {},
  }
  const staging = { path: folder.path, async make() {}, async sweep() {} }
  const writer = createPartWriter({
    ...{ folder: folder.path, refused: folder.path, log: silentLog },
    child: child as unknown as Needs['child'],
    staging: staging as unknown as Needs['staging'],
  })
  const source = { file: 'log', first: 0 } as never
  const segment = { count: 4, longest: 10, unpacked: 40, isEscaped: false, source, lines: [] }
  const batch = { id: 'b', partition: 'standard/2026-11-29/17', segments: [segment] }
  expect(await writer.write(batch, { from: 0, to: 4 })).toEqual({ from: 0, to: 4 })
  expect(asked).toEqual(['b-0-4z'])
})
