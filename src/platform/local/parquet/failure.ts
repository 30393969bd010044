import type { JobAnswer } from './archive-job'

type Failure = Extract<JobAnswer, { reason: string }>

// DuckDB names the classes of its errors so (src/common/exception.cpp) at the start of a message.
const MEMORY = /^Out of Memory|bad_alloc|bad allocation/i
const WAITING = /^(IO|HTTP|Permission|Interrupt|Connection) Error|^INTERRUPT|no space left/i
const BROKEN = /^(INTERNAL|FATAL)/i

/** Tells what an error of a statement means for the records it was given. */
export function duckFailure(error: unknown): Failure {
  const reason = firstLine(error)
  if (MEMORY.test(reason)) return { kind: 'memory', reason }
  if (WAITING.test(reason)) return { kind: 'waiting', reason }
  if (BROKEN.test(reason)) return { kind: 'broken', reason }
  return { kind: 'refused', reason }
}

/** Reads an error of the files around a statement, which says nothing against the records. */
export function otherFailure(error: unknown): Failure {
  const { code } = error as NodeJS.ErrnoException
  const reason = firstLine(error)
  if (code === 'ENOMEM' || MEMORY.test(reason)) return { kind: 'memory', reason }
  return { kind: 'waiting', reason }
}

// A CSV error quotes the line: what learners did stays out of the log.
const SHOWN = 200

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line.slice(0, SHOWN)
}
