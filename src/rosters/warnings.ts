import type { Warning } from './roster'

/** Collects what a person should know of a roster that is taken all the same. */
export function createWarnings() {
  const found = new Map<string, Warning>()
  return {
    add(code: string, message: string, count = 1) {
      const known = found.get(code)
      if (known === undefined) found.set(code, { code, message, count })
      else known.count += count
    },
    list: () => [...found.values()],
  }
}
