import type { Issue } from '../../error/issue'
import { shown } from '../../event/conditions/issues'
import { editsBetween } from '../../syntax/edits'

export type Path = Issue['path']
export type Members = Record<string, unknown>

// As many reasons as tell what is wrong with a document of hundreds of rules.
const MAX_ISSUES = 50

/** Collects what is against a policy, and what whoever put it should know. */
export interface Remarks {
  readonly errors: Issue[]
  readonly warnings: Issue[]
  /** Adds a reason against it, as long as there are few. */
  refuse(path: Path, message: string, code?: string): undefined
  warn(path: Path, message: string, code: string): void
}

export function createRemarks(): Remarks {
  const errors: Issue[] = []
  const warnings: Issue[] = []
  return {
    errors,
    warnings,
    refuse(path, message, code = 'invalid_value') {
      if (errors.length < MAX_ISSUES) errors.push({ path, message, code })
      return undefined
    },
    warn(path, message, code) {
      if (warnings.length < MAX_ISSUES) warnings.push({ path, message, code })
    },
  }
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Shows a value with its beginning. */
export const got = (value: unknown) => `got ${shown(value)}`

/** Reads a value that is one of a few words. */
export function oneOf<Word extends string>(
  words: readonly Word[],
  value: unknown,
  path: Path,
  { refuse }: Remarks,
): Word | undefined {
  if (words.includes(value as Word)) return value as Word
  const near = typeof value === 'string' ? nearest(value, words) : undefined
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  return refuse(path, `Must be ${words.join(', ')}; ${got(value)}${hint}`)
}

/** Reads one word of a few, or a list of them. */
export function someOf<Word extends string>(
  words: readonly Word[],
  value: unknown,
  path: Path,
  remarks: Remarks,
): Word[] | undefined {
  if (!Array.isArray(value)) {
    const word = oneOf(words, value, path, remarks)
    return word && [word]
  }
  if (value.length === 0 || value.length > words.length) {
    return remarks.refuse(path, `Must have 1 to ${words.length} values; got ${value.length}`)
  }
  const read = value.map((one, at) => oneOf(words, one, [...path, at], remarks))
  return read.every((one) => one !== undefined) ? [...new Set(read as Word[])] : undefined
}

/** Refuses members that nobody knows. */
export function refuseUnknown(
  members: Members,
  known: readonly string[],
  path: Path,
  { refuse }: Remarks,
): void {
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`
    refuse([...path, name.slice(0, LONGEST)], `Not known here; ${hint}`, 'unknown_name')
  }
}

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
// Nobody mistypes at length; the longest name has 13 characters.
const LONGEST = 40
// A letter lost, doubled or swapped, and a plural.
const MOST_EDITS = 2

export function nearest(name: string, known: readonly string[]): string | undefined {
  const sent = plain(name.slice(0, LONGEST))
  return known
    .map((one) => ({ one, edits: editsBetween(sent, plain(one)) }))
    .filter(({ one, edits }) => edits <= MOST_EDITS && edits <= one.length / 2)
    .toSorted((a, b) => a.edits - b.edits)[0]?.one
}
