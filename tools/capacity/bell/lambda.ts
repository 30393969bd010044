import { quotas } from '../quotas'
import { createBucket } from './bucket'

interface Needs<Sandbox> {
  now: () => number
  /** The account may have so many executions at a time. */
  concurrency: number
  /** Other functions take so many of them. */
  others: number
  /** The function is one of so many like it that a whole consists of. */
  parts: number
  /** So many sandboxes are there at first. */
  warm: number
  makeSandbox: () => Sandbox
}

/** A function as Lambda runs it: a sandbox serves one request at a time, and is kept for the next one. */
export interface LambdaFunction<Sandbox> {
  /**
   * Has a request served by a sandbox.
   * @param serve ends when the sandbox is free again; `isNew` says that it has to start first
   * @returns false when Lambda turns the request away, with 429
   */
  invoke(serve: (sandbox: Sandbox, isNew: boolean) => Promise<void>): boolean
  /** So many sandboxes are at work. */
  busy(): number
}

const { lambdaScaling, lambdaRequestsPerExecution } = quotas

/** Makes a function under the limits of its account. */
export function createLambdaFunction<Sandbox>(needs: Needs<Sandbox>): LambdaFunction<Sandbox> {
  const { now, concurrency, others, parts, warm, makeSandbox } = needs
  const requests = createBucket(now, concurrency * lambdaRequestsPerExecution.value)
  // It is refilled all the time, and what is not used of it is not saved up for longer.
  const starts = createBucket(now, lambdaScaling.value / 10 / parts, lambdaScaling.value / parts)
  const idle = Array.from({ length: warm }, makeSandbox)
  let busy = 0

  return {
    invoke(serve) {
      if (!requests.take(1)) return false
      if (busy >= concurrency - others) return false
      const kept = idle.pop()
      if (kept === undefined && !starts.take(1)) return false
      const sandbox = kept ?? makeSandbox()
      busy += 1
      void serve(sandbox, kept === undefined).finally(() => {
        busy -= 1
        idle.push(sandbox)
      })
      return true
    },
    busy: () => busy,
  }
}
