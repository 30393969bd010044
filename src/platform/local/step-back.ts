import { readdirSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/**
 * Processes beside the server step back by so much of `nice`, of which each is a fifth less of a core
 * that all want. Where there is but one core and the server takes all it can, archiving gets a quarter
 * of it, which is more than it needs, since ingest must not outrun it for long; a query gets a tenth;
 * settling has all night.
 */
export const BACK = { archive: 5, query: 10, settle: 19 }

/** The system goes no further. */
const LAST = 19

/** Lets others go before this process, with every thread that it has or will have. */
export function stepBack(by: number): void {
  // Whoever started the server may have put it back already, and only the privileged go forward.
  const priority = Math.min(LAST, getPriority() + by)
  // On Linux each thread has its own, which those that it makes inherit.
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : []
  for (const thread of [process.pid, ...threads]) {
    try {
      setPriority(thread, priority)
    } catch {
      // The thread has ended meanwhile, or a sandbox forbids it: it works as others do.
    }
  }
}
