import type { QuarantineStore } from '../quarantine-store'
import { once } from './lazy'
import type { createQuarantineStore } from './quarantine-store'

/** Opens the quarantine when first needed: most requests put nothing there, and fewer read it. */
export function lazyQuarantine(
  needs: Parameters<typeof createQuarantineStore>[0],
): QuarantineStore {
  const opened = once(async () => (await import('./quarantine-store')).createQuarantineStore(needs))
  return {
    put: async (...put) => (await opened()).put(...put),
    get: async (...asked) => (await opened()).get(...asked),
    list: async (...asked) => (await opened()).list(...asked),
    summaries: async (...asked) => (await opened()).summaries(...asked),
    amend: async (...amendment) => (await opened()).amend(...amendment),
    release: async (...released) => (await opened()).release(...released),
    usage: async (...asked) => (await opened()).usage(...asked),
    countCrowded: async (...asked) => (await opened()).countCrowded(...asked),
    erase: async (...erasure) => (await opened()).erase(...erasure),
  }
}
