import { fileURLToPath } from 'node:url'
import type { Subprocess } from 'bun'
import type { AggregateAnswer, AggregateJob } from '../aggregates/job'
import { GENTLE, type SettleAnswer, type SettleJob } from '../settle/jobs/job'
import type { AnyJob, EraseAnswer, EraseJob, JobAnswer } from './archive-job'

/** The process ended in the middle of a job. A crash is its own doing; any other end is not. */
type Death = { kind: 'died'; reason: string; isCrash: boolean }

/** The outcome of a job is an answer, or the end of the process that had it. */
export type Outcome = JobAnswer | Death
type OutcomeOf<Job extends AnyJob> =
  | (Job extends EraseJob
      ? EraseAnswer
      : Job extends SettleJob
        ? SettleAnswer
        : Job extends AggregateJob
          ? AggregateAnswer
          : JobAnswer)
  | Death

/**
 * Runs jobs in a process of its own, which is started for a job and ends when idle. Jobs run one at
 * a time, in the order in which they were asked for: an erasure does not take the memory of a
 * second process.
 */
export interface ArchiveChild extends AsyncDisposable {
  run<Job extends AnyJob>(job: Job): Promise<OutcomeOf<Job>>
}

// DuckDB gives back what it has taken of memory only by ending. But to start it, to load it and to count the
// first file takes half a second of CPU: from 2,000 events a second on, a batch is full within this time
// and finds a process that is warm; with fewer, a start a minute matters little.
const IDLE_MS = 30_000
// The largest part takes two seconds. A process that hangs, on a disk that does not answer for
// instance, must not hold the archive up for ever.
const JOB_MS = 10 * 60_000
const START_MS = 60_000

const CRASHES = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGABRT', 'SIGFPE', 'SIGTRAP'])

type Piped = Subprocess<'pipe', 'pipe', 'ignore'>
type Said = JobAnswer | EraseAnswer | SettleAnswer | AggregateAnswer | { kind: 'ready' }

export function createArchiveChild(): ArchiveChild {
  let child: ReturnType<typeof start> | undefined
  let idle: Timer | undefined
  let isClosed = false
  let before: Promise<unknown> = Promise.resolve()

  async function end() {
    clearTimeout(idle)
    const ending = child
    child = undefined
    await ending?.end()
  }

  async function run(job: AnyJob): Promise<OutcomeOf<AnyJob>> {
    if (isClosed) return { kind: 'waiting', reason: 'the archive is closed' }
    clearTimeout(idle)
    const isGentle = job.kind === 'settle' || (job.kind === 'aggregate' && job.isGentle)
    // A process cannot take back that it is gentle, and two would hold the memory of two.
    if (child && child.isGentle !== isGentle) await end()
    if (!child) {
      try {
        child = start(isGentle)
      } catch (error) {
        return { kind: 'waiting', reason: `its process cannot be started: ${messageOf(error)}` }
      }
      const first = await child.hear(START_MS)
      // No job has reached the process: the data is not the reason.
      if (first.kind === 'died') {
        await end()
        return { kind: 'waiting', reason: `its process ends at once: ${first.reason}` }
      }
    }
    const asked = child
    asked.tell(job)
    const answer = await asked.hear(JOB_MS)
    // After an internal error DuckDB refuses everything, and after a lack of memory it holds much.
    if (answer.kind === 'died' || answer.kind === 'broken' || answer.kind === 'memory') await end()
    else if (!isClosed) idle = setTimeout(end, IDLE_MS)
    return answer as OutcomeOf<AnyJob>
  }

  return {
    run<Job extends AnyJob>(job: Job) {
      // Each kind of job has its own answers.
      const own = before.then(() => run(job)) as Promise<OutcomeOf<Job>>
      before = own.catch(() => {})
      return own
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      await end()
    },
  }
}

/** Starts a process. @param isGentle it gets what the others leave of the processors */
function start(isGentle: boolean) {
  const script = fileURLToPath(new URL('./archive-process.ts', import.meta.url))
  const options = isGentle ? [GENTLE] : []
  const process_: Piped = Bun.spawn([process.execPath, '--smol', script, ...options], {
    // The process gets nothing of our environment: it needs no key, and no setting.
    env: { PATH: process.env.PATH ?? '' },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const said = answersOf(process_.stdout)

  async function ended(): Promise<Death> {
    await process_.exited
    const { signalCode, exitCode } = process_
    const reason = signalCode ? `it was ended by ${signalCode}` : `it ended with ${exitCode}`
    return { kind: 'died', reason, isCrash: CRASHES.has(String(signalCode)) }
  }

  return {
    isGentle,

    tell(job: object) {
      process_.stdin.write(`${JSON.stringify(job)}\n`)
      process_.stdin.flush()
    },

    /** Resolves with its next answer. A process that takes longer than `ms` is killed. */
    async hear(ms: number): Promise<Said | Death> {
      const late = setTimeout(() => process_.kill('SIGKILL'), ms)
      try {
        const { value } = await said.next()
        return value ?? (await ended())
      } finally {
        clearTimeout(late)
      }
    },

    /** Kills the process, and resolves when it is gone, and with it whatever it was writing. */
    async end() {
      process_.kill('SIGKILL')
      await process_.exited
    },
  }
}

async function* answersOf(stdout: ReadableStream<Uint8Array>): AsyncGenerator<Said, undefined> {
  const decoder = new TextDecoder()
  let begun = ''
  for await (const bytes of stdout) {
    const lines = `${begun}${decoder.decode(bytes, { stream: true })}`.split('\n')
    begun = lines.pop()!
    for (const line of lines) yield JSON.parse(line)
  }
  return undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
