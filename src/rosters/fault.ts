import { AppError } from '../error/app-error'

/** A fault says where in a roster something is wrong, and what. */
export interface Fault {
  /** A file of the ZIP, `users.csv`. */
  file: string
  /** Counts from 1, the header included. Absent where it is about the whole file. */
  line?: number | undefined
  column?: string | undefined
  message: string
  /** For programs, lower snake_case. */
  code: string
}

// A problem names a hundred; whoever has more has made one mistake many times.
const MOST_NAMED = 100

/** Faults are collected until all files are read, so that a roster is repaired in one go. */
export function createFaults() {
  const named: Fault[] = []
  const counts = new Map<string, number>()
  let total = 0

  return {
    add(fault: Fault) {
      total += 1
      counts.set(fault.code, (counts.get(fault.code) ?? 0) + 1)
      if (named.length < MOST_NAMED) named.push(fault)
    },
    get total() {
      return total
    },
    /** The first hundred. */
    named,
    /** Tells how many there are of each code. */
    counts: () => Object.fromEntries(counts),
  }
}

export type Faults = ReturnType<typeof createFaults>

/** Makes the error for a roster of which something is wrong: nothing of it is loaded. */
export function rosterError({ named, total, counts }: Faults): AppError {
  const kinds = Object.entries(counts()).map(([code, count]) => `${count} ${code}`)
  const detail = `The roster has ${total} ${total === 1 ? 'fault' : 'faults'} (${kinds.join(', ')}): nothing of it was loaded.`
  const errors = named.map(({ file, line, column, message, code }) => {
    const path = [file, line, column].filter((step) => step !== undefined)
    return { path, message, code }
  })
  return new AppError('invalid_request', detail, { errors })
}

/** Makes the error for a file that cannot be read at all. */
export function unreadable(path: (string | number)[], message: string, code: string): AppError {
  return new AppError('invalid_request', `The roster cannot be read: ${message}.`, {
    errors: [{ path, message, code }],
  })
}
