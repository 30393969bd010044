import type { Log } from '../../telemetry/log'

/** Notices are what a person should see to; they last as long as this process runs. */
export interface Notices {
  /** Logs a notice as an error and remembers it for `/ready`, once for each text. */
  add(text: string, fields?: Record<string, string | number>): void
  list(): readonly string[]
}

// A disk that is failing says the same of thousands of places; twenty tell as much, and the log has all.
const MAX_KEPT = 20

export function createNotices(log: Log): Notices {
  const kept = new Set<string>()
  return {
    list: () => [...kept],
    add(text, fields = {}) {
      const said = [text, ...Object.entries(fields).map(([name, value]) => `${name} ${value}`)]
      const notice = said.join(', ')
      if (kept.has(notice)) return
      log.error(text, fields)
      if (kept.size < MAX_KEPT) kept.add(notice)
    },
  }
}
