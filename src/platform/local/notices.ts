import type { Log } from '../../telemetry/log'

/** Notices are what a person should see to; they last as long as this process runs. */
export interface Notices {
  /** Logs a notice as an error and remembers it for `/ready`, once for each text. */
  add(text: string, fields?: Record<string, string | number>): void
  list(): readonly string[]
}

// A disk that is failing says the same of thousands of places; twenty tell as much, and the log has all.
const MAX_NOTICES = 20

export function createNotices(log: Log): Notices {
  const remembered = new Set<string>()
  return {
    list: () => [...remembered],
    add(text, fields = {}) {
      const said = [text, ...Object.entries(fields).map(([name, value]) => `${name} ${value}`)]
      const notice = said.join(', ')
      if (remembered.has(notice)) return
      log.error(text, fields)
      if (remembered.size < MAX_NOTICES) remembered.add(notice)
    },
  }
}
