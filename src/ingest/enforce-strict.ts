import type { Reading } from '../event/reading'
import type { Readable, Refused } from './arrival'

interface Needs {
  mode: 'lenient' | 'strict'
  reading: Pick<Reading, 'explain' | 'context'>
}

/** Refuses an item of a strict source that breaks a MUST of the standard, with its report. */
export function enforceStrictWith({ mode, reading }: Needs) {
  /** @returns undefined for an item that is to be stored */
  return function enforceStrict({ index, id, event }: Readable): Refused | undefined {
    if (mode !== 'strict' || event.conformant) return undefined
    const errors = reading.explain?.(event.raw, index) ?? []
    if (errors.length > 0) return { index, id, raw: event.raw, errors }
    const message = "Departs from the standard's text"
    const byCode = event.issueCodes.map((code) => ({ path: [index], message, code }))
    return { index, id, raw: event.raw, errors: byCode }
  }
}
