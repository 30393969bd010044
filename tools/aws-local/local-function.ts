import { text } from 'node:stream/consumers'
import type { Answer, StreamedAnswer } from './runtime-api'
import { type FunctionSpec, type Sandbox, startSandbox } from './sandbox'
import type { Invocation } from './stream-batch'

/** A local function is a deployed function on one machine. */
export interface LocalFunction extends AsyncDisposable {
  spec: FunctionSpec
  /**
   * Invokes the function and never throws: one that cannot start, ends or takes too long has
   * failed.
   */
  invokeRaw(event: unknown): Promise<Answer>
  /** Invokes the function as event source mappings do: with the answer as JSON. */
  invoke(event: unknown): Promise<Invocation>
  /** Ends its processes at once, whatever they are doing; the next event starts a new one. */
  kill(): void
  sandboxes(): number
}

// Lambda would start a thousand; a machine of two cores gains nothing from more than a few.
const MAX_SANDBOXES = 4

// The runtime client ends itself after a minute without events: one that is about to end is of no
// use.
const MAX_IDLE_MS = 45_000

/** Runs events through processes of the function: one event each at a time, started as needed. */
export function createLocalFunction(
  spec: FunctionSpec,
  maxSandboxes = MAX_SANDBOXES,
): LocalFunction {
  const sandboxes = new Set<Sandbox>()
  const waiting: (() => void)[] = []
  let taken = 0
  let isClosed = false

  async function invokeRaw(event: unknown): Promise<Answer> {
    if (taken >= (spec.reserved ?? Number.POSITIVE_INFINITY)) return refused(spec)
    spec.onCounted?.('Invocations', 1)
    const answer = await answerTo(event)
    spec.onCounted?.('Errors', answer.kind === 'failed' ? 1 : 0)
    return answer
  }

  async function answerTo(event: unknown): Promise<Answer> {
    await place()
    try {
      const sandbox = await idleSandbox()
      const answer = await sandbox.invoke(event).catch((error) => {
        drop(sandbox)
        throw error
      })
      if (answer.kind === 'failed') spec.onLog(`${answer.errorType}: ${answer.errorMessage}`)
      if (answer.kind === 'streamed') void leaveAfter(answer)
      else leave()
      return answer
    } catch (error) {
      leave()
      const { message } = error as Error
      spec.onLog(message)
      return { kind: 'failed', errorType: 'Sandbox.Failure', errorMessage: message }
    }
  }

  async function place() {
    if (taken < maxSandboxes) taken += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function leave() {
    const next = waiting.shift()
    if (next) next()
    else taken -= 1
  }

  async function leaveAfter({ ended }: StreamedAnswer) {
    await ended.catch((error: Error) => spec.onLog(error.message))
    leave()
  }

  async function idleSandbox(): Promise<Sandbox> {
    if (isClosed) throw new Error(`${spec.name} is closed`)
    const free = [...sandboxes].filter(({ isBusy }) => !isBusy)
    const isOld = ({ idleSince }: Sandbox) => Date.now() - idleSince > MAX_IDLE_MS
    for (const sandbox of free.filter(isOld)) drop(sandbox)
    const idle = free.find((one) => !isOld(one))
    if (idle) return reserved(idle)
    const sandbox = await startSandbox(spec)
    sandboxes.add(sandbox)
    sandbox.ended.then(() => drop(sandbox))
    return reserved(sandbox)
  }

  function drop(sandbox: Sandbox) {
    if (sandboxes.delete(sandbox)) void sandbox[Symbol.asyncDispose]()
  }

  return {
    spec,
    invokeRaw,
    async invoke(event) {
      const answer = await invokeRaw(event)
      if (answer.kind === 'failed') return answer
      // Lambda's own callers have the whole of it at once.
      if (answer.kind === 'streamed') {
        return { kind: 'returned', payload: await text(answer.body) }
      }
      const payload = answer.payload.length > 0 ? JSON.parse(answer.payload.toString()) : null
      return { kind: 'returned', payload }
    },
    kill() {
      for (const sandbox of sandboxes) drop(sandbox)
    },
    sandboxes: () => sandboxes.size,
    async [Symbol.asyncDispose]() {
      isClosed = true
      await Promise.all([...sandboxes].map((sandbox) => sandbox[Symbol.asyncDispose]()))
    },
  }
}

/** This is the type of the error with which Lambda refuses a call for which there is no room. */
export const THROTTLED = 'TooManyRequestsException'

function refused(spec: FunctionSpec): Answer {
  spec.onCounted?.('Throttles', 1)
  return { kind: 'failed', errorType: THROTTLED, errorMessage: 'Rate Exceeded.' }
}

function reserved(sandbox: Sandbox): Sandbox {
  sandbox.isBusy = true
  return sandbox
}
