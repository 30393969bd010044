import { fileURLToPath } from 'node:url'
import { openSpillFolder } from '../spill-folder'
import type { Execute, Execution, Statement } from './execute'

/**
 * The process that runs a statement is asked to run it first, then for each further chunk; or only to judge
 * somebody else's.
 */
export type Asked =
  | ({ kind: 'run'; folder: string; spillTo: string } & Statement)
  | { kind: 'next' }
  | { kind: 'judge'; sql: string }

/** The process gives one answer for each message. */
export type Answered =
  | ({ kind: 'columns' } & Pick<Execution, 'columns'>)
  | { kind: 'chunk'; rows: unknown[][] }
  | { kind: 'end' }
  | { kind: 'judged'; parameters: string[] }
  | { kind: 'failed'; reason: string }

/**
 * Runs each statement in a process of its own, which ends with it: the memory that DuckDB takes
 * goes back at once, and what it does to its process, or a kill for lack of memory, ends one query
 * and not the server (decisions/0027). Starting takes some tenths of a second.
 */
export function executeApart(options: { folder: string }): Execute {
  return async function execute(statement, signal) {
    signal.throwIfAborted()
    const child = start()
    const kill = () => child.end()
    signal.addEventListener('abort', kill)
    async function close() {
      signal.removeEventListener('abort', kill)
      await child.end()
    }

    async function ask(what: Asked): Promise<Exclude<Answered, { kind: 'failed' }>> {
      const answer = await child.ask(what)
      signal.throwIfAborted()
      if (answer.kind === 'failed') throw new Error(answer.reason)
      return answer
    }

    async function* chunks() {
      for (;;) {
        const answer = await ask({ kind: 'next' })
        if (answer.kind !== 'chunk') return
        yield answer.rows
      }
    }

    try {
      const { folder } = options
      const answer = await ask({ kind: 'run', folder, spillTo: child.spillTo, ...statement })
      if (answer.kind !== 'columns') throw new Error(`a query was answered by ${answer.kind}`)
      return { columns: answer.columns, chunks: chunks(), [Symbol.asyncDispose]: close }
    } catch (error) {
      await close()
      throw error
    }
  }
}

/** Judges SQL in a process of its own. @throws what is not allowed, a plain `Error` */
export async function judgeApart(sql: string): Promise<string[]> {
  const child = start()
  try {
    const answer = await child.ask({ kind: 'judge', sql })
    if (answer.kind === 'judged') return answer.parameters
    throw new Error(
      answer.kind === 'failed' ? answer.reason : `judging was answered by ${answer.kind}`,
    )
  } finally {
    await child.end()
  }
}

function start() {
  const script = fileURLToPath(new URL('./query-process.ts', import.meta.url))
  const spill = openSpillFolder()
  let heard = Promise.withResolvers<Answered>()
  let lost: Answered | undefined
  const child = Bun.spawn([process.execPath, '--smol', script], {
    // The process gets nothing of our environment: it needs no key, and no setting.
    env: { PATH: process.env.PATH ?? '' },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    ipc: (answer: Answered) => heard.resolve(answer),
    onExit(_, exitCode, signal) {
      const how = signal ? `was ended by signal ${signal}` : `ended with ${exitCode}`
      const reason = `The process that ran the query ${how}: it may have needed more memory than there was.`
      lost = { kind: 'failed', reason }
      heard.resolve(lost)
    },
  })

  return {
    spillTo: spill.path,

    /**
     * Resolves with its answer, or with a failure when it ends instead. Ask one thing at a time.
     */
    async ask(what: Asked): Promise<Answered> {
      if (lost) return lost
      heard = Promise.withResolvers()
      child.send(what)
      return heard.promise
    },

    /** Kills the process, and resolves when it is gone. */
    async end() {
      child.kill('SIGKILL')
      await child.exited
      spill[Symbol.dispose]()
    },
  }
}
