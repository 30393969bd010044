import { fileURLToPath } from 'node:url'
import { openSpillFolder } from '../spill-folder'
import type { Execute, Execution, Statement } from './execute'

/** To the process that runs a statement: first the statement, then a wish for each further chunk. */
export type Asked =
  | ({ kind: 'run'; folder: string; spillTo: string } & Statement)
  | { kind: 'next' }

/** From it, one for each that it was asked. */
export type Answered =
  | ({ kind: 'columns' } & Pick<Execution, 'columns'>)
  | { kind: 'chunk'; rows: unknown[][] }
  | { kind: 'end' }
  | { kind: 'failed'; reason: string }

/**
 * Runs each statement in a process of its own, which ends with it: what DuckDB takes of memory goes
 * back at once, and what it does to its process, or a kill for lack of memory, ends one query and not
 * the server (decisions/0027). Starting takes some tenths of a second.
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

function start() {
  const script = fileURLToPath(new URL('./query-process.ts', import.meta.url))
  const spill = openSpillFolder()
  let heard = Promise.withResolvers<Answered>()
  let lost: Answered | undefined
  const child = Bun.spawn([process.execPath, '--smol', script], {
    // Nothing of ours: it needs no key, and no setting.
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

    /** Its answer; that it failed when it ends instead. One question at a time. */
    async ask(what: Asked): Promise<Answered> {
      if (lost) return lost
      heard = Promise.withResolvers()
      child.send(what)
      return heard.promise
    },

    /** Resolves when it is gone. */
    async end() {
      child.kill('SIGKILL')
      await child.exited
      spill[Symbol.dispose]()
    },
  }
}
