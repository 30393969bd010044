import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { openArchive } from '../../src/platform/local/archive'
import { openServingLake } from '../../src/platform/local/lake'
import { createArchiveChild } from '../../src/platform/local/parquet/archive-child'
import { silentLog as log } from '../../src/telemetry/log'
import { temporaryFolder } from '../support/folders'
import { childrenOf } from '../support/processes'
import { repository } from '../support/program'
import { aBatch, aRecord } from '../support/records'

const own = getPriority()
const lastOf = (by: number) => Math.min(19, own + by)

/** How far each thread of a process stands back (proc_pid_stat(5): nice). */
function niceOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
      return [Number(stat.split(') ')[1]!.split(' ')[16])]
    } catch {
      return [] // it has ended
    }
  })
}

/** The same of the children that run a program. */
function niceOfChildren(program: string): Set<number> {
  const found = childrenOf(process.pid).filter(({ command }) => command.includes(program))
  return new Set(found.flatMap(({ pid }) => niceOf(pid)))
}

describe.skipIf(process.platform !== 'linux')('a process beside the server', () => {
  it('steps back with all its threads: archiving by 5, settling as far as it goes', async () => {
    using root = temporaryFolder()
    const folder = join(root.path, 'lake/events')
    {
      await using archive = openArchive({ folder, log })
      await archive.write(aBatch('b', [aRecord({ eventId: 'a' })]))
      expect(niceOfChildren('archive-process')).toEqual(new Set([lastOf(5)]))
    }
    await using child = createArchiveChild()
    const files = [...new Bun.Glob('**/*.parquet').scanSync(folder)].map((one) => join(folder, one))
    const answer = await child.run({ kind: 'settle', staging: root.path, step: 'summary', files })
    expect(answer).toMatchObject({ kind: 'summed' })
    expect(niceOfChildren('archive-process')).toEqual(new Set([lastOf(19)]))
  })

  it('steps back with all its threads: a query by 10, and with it a piece of an export', async () => {
    using folder = temporaryFolder()
    await using lake = openServingLake(folder.path)
    const sql = 'SELECT sum(a.range + b.range) FROM range(100000000) a, range(100000000) b'
    const id = await lake.start({ reader: 'operator', sql })
    while (!niceOfChildren('query-process').has(lastOf(10))) await Bun.sleep(20)
    await Bun.sleep(100)
    expect(niceOfChildren('query-process')).toEqual(new Set([lastOf(10)]))
    await lake.cancel('operator', id)
  })

  it('steps back from where its server stands, which only the privileged could leave', () => {
    const program = `import { stepBack } from '${repository}/src/platform/local/step-back'
      stepBack(5)
      console.log((await import('node:os')).getPriority())`
    const { stdout } = Bun.spawnSync(['nice', '-n', '7', process.execPath, '-e', program])
    expect(Number(stdout.toString())).toBe(lastOf(12))
  })
})
