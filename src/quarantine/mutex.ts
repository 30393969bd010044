import { AppError } from '../error/app-error'

// Two people and a program that tries again; each holds its patch while it waits.
const MAX_WAITING = 10

/** Runs work of the same key one after the other, in the order asked; all else side by side. */
export function createMutex() {
  const lines = new Map<string, { last: Promise<unknown>; length: number }>()

  /** @throws {AppError} `unavailable` when too many wait already */
  return async function alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = lines.get(key) ?? { last: Promise.resolve(), length: 0 }
    if (line.length > MAX_WAITING) {
      throw new AppError('unavailable', 'Too many are at this item at once; try again later.')
    }
    lines.set(key, line)
    line.length += 1
    const own = line.last.then(work, work)
    line.last = own
    try {
      return await own
    } finally {
      line.length -= 1
      if (line.length === 0) lines.delete(key)
    }
  }
}
