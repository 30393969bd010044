import type { Issue } from '../../error/issue'

/** Collects the reasons why something is no condition. */
export interface Refusals {
  readonly errors: Issue[]
  /** Adds one, as long as there are few. */
  refuse(path: Issue['path'], message: string, code?: string): undefined
}

// As many reasons as tell what is wrong.
const MAX_ERRORS = 20

export function createRefusals(): Refusals {
  const errors: Issue[] = []
  return {
    errors,
    refuse(path, message, code = 'invalid_value') {
      if (errors.length < MAX_ERRORS) errors.push({ path, message, code })
    },
  }
}

// Characters of a value that an issue repeats: enough to recognise it, less than a page.
export const SHOWN = 80

/** Shows a value without going into it, however deep it is. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return JSON.stringify(typeof value === 'string' ? value.slice(0, SHOWN) : value)
}
