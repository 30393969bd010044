import { writeFile } from 'node:fs/promises'
import { reconcile } from '../aggregates/child/reconcile'
import type { AggregateAnswer } from '../aggregates/job'
import { GENTLE, type SettleAnswer } from '../settle/jobs/job'
import { settleStep } from '../settle/jobs/run'
import { BACK, stepBack } from '../step-back'
import type { AnyJob, EraseAnswer, EraseJob, JobAnswer } from './archive-job'
import { createDuck } from './duck'
import { eraseFromFile } from './erase-from-file'
import { setAside } from './set-aside'
import { writeParquet } from './write-parquet'

// This process archives: what DuckDB does to memory, or by a crash, ends this one and not the
// server. Jobs come as JSON lines on standard input, one at a time; answers go to standard output.

// Ctrl-C at a terminal and a service manager reach every process: the server is the one that stops,
// and it has this one archive what is stored before it does.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

// If memory runs out, the system shall end this process and not the server that can start another.
const FIRST_TO_GO = '1000'
if (process.platform === 'linux') {
  await writeFile('/proc/self/oom_score_adj', FIRST_TO_GO).catch(() => {})
}

// Requests go before it, and before settling queries, too.
stepBack(process.argv.includes(GENTLE) ? BACK.settle : BACK.archive)

// DuckDB gets one thread: archiving has a minute's time, and ingest needs the other cores.
const duck = createDuck({ threads: 1 })

let begun = ''
process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => {
  const parts = `${begun}${text}`.split('\n')
  begun = parts.pop()!
  for (const line of parts) void answer(JSON.parse(line))
})
// The server is done with us, or has died: it sweeps a file that is half made. We end at once,
// since a DuckDB at work would hold up an orderly end.
process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL'))
say({ kind: 'ready' })

async function answer(job: AnyJob) {
  say(await done(job))
}

function done(job: AnyJob): Promise<JobAnswer | EraseAnswer | SettleAnswer | AggregateAnswer> {
  if (job.kind === 'write') return writeParquet(job, duck)
  if (job.kind === 'settle') return settleStep(job)
  if (job.kind === 'aggregate') return reconcile(job)
  return job.kind === 'erase' ? erase(job) : setAside(job)
}

/**
 * Erases by a DuckDB of its own: what one has taken of memory for a file it does not give back before
 * it ends, and an erasure has hundreds of files in a row.
 */
async function erase(job: EraseJob): Promise<EraseAnswer> {
  try {
    await using own = createDuck({ threads: 1 })
    return await eraseFromFile(job, own)
  } finally {
    Bun.gc(true)
  }
}

function say(what: object) {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
