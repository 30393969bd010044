/** We say this of what a reducer did; all else that is thrown is its own. */
export class ReducerFault extends Error {}

const MAX_REASON = 300

/**
 * Says what a reducer threw without its words, in which people may be named: which error, and where. Its reader
 * may be of another tenant.
 */
export function faultOf(error: unknown): string {
  if (error instanceof ReducerFault) return error.message
  try {
    const { name, stack } = error as Error
    const where = /([^\s/\\()]+:\d+:\d+)\)?$/m.exec(String(stack ?? ''))?.[1]
    const what = typeof name === 'string' && /^\w{1,60}$/.test(name) ? name : 'something'
    return `it threw ${what}${where === undefined ? '' : ` at ${where}`}`.slice(0, MAX_REASON)
  } catch {
    return 'it threw something that cannot be looked at'
  }
}

/** Says what was thrown, in a line: it may be anything, even what throws when it is looked at. */
export function reasonOf(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error)
    return text.slice(0, MAX_REASON).toWellFormed() || 'an error without a message'
  } catch {
    return 'something that cannot be said'
  }
}
