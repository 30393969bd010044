import { writeFile } from 'node:fs/promises'
import { createDuck } from '../parquet/duck'
import { BACK, stepBack } from '../step-back'
import { type Execution, executeWith } from './execute'
import { judgeSql } from './judge/judge-sql'
import type { Answered, Asked } from './query-child'
import { watchOver } from './watch-over'

// This process runs one statement over the lake. It is asked by messages, one at a time, and the
// process that started it ends it.

// Ctrl-C at a terminal and a service manager reach every process: the server is the one that stops.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

// If memory runs out, the system shall end this process and not the server that started it.
const FIRST_TO_GO = '1000'
if (process.platform === 'linux') {
  await writeFile('/proc/self/oom_score_adj', FIRST_TO_GO).catch(() => {})
}

// Senders go before whoever asks, and exports, which ask as well.
stepBack(BACK.query)

// With 100 MB for the process itself it stays under 250 MB beside a server; what does not fit into
// memory goes to the spill folder. It has one thread: ingest needs the other cores.
const LIMITS = { threads: 1, memoryLimit: '128MB' }

let execution: Execution | undefined
let chunks: AsyncIterator<unknown[][]> | undefined

process.on('message', async (asked: Asked) => {
  process.send!(await answerTo(asked).catch(failure))
})
// The server has died. We end at once, since a DuckDB at work would hold up an orderly end.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

async function answerTo(asked: Asked): Promise<Answered> {
  if (asked.kind === 'run') {
    const { kind, folder, spillTo, ...statement } = asked
    if (statement.foreign) watchOver((reason) => process.send!({ kind: 'failed', reason }))
    const execute = executeWith({
      folder,
      duck: createDuck({ ...LIMITS, spillTo }),
      createLocked: () => createDuck({ ...LIMITS, spillTo }),
    })
    execution = await execute(statement, new AbortController().signal)
    chunks = execution.chunks[Symbol.asyncIterator]()
    return { kind: 'columns', columns: execution.columns }
  }
  if (asked.kind === 'judge') {
    await using duck = createDuck(LIMITS)
    return { kind: 'judged', parameters: await judgeSql(await duck.connect(), asked.sql) }
  }
  const { done, value } = await chunks!.next()
  return done ? { kind: 'end' } : { kind: 'chunk', rows: value }
}

function failure(error: unknown): Answered {
  return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
}
