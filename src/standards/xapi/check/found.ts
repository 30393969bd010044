import type { Issue } from '../../../error/issue'
import { show } from '../../../error/shown-value'
import { type Section, specOf } from '../sections'
import type { XapiVersion } from '../version'

/** A rule of the text, as one property has it. Made once. */
export interface Rule {
  /** Stable, lower snake_case. */
  code: string
  section: Section
  /** Says to a person what was expected and what was found; asked only when a value fails. */
  message(value: unknown, step: string | number): string
}

/** A value breaks a rule. */
export interface Found {
  rule: Rule
  value: unknown
  /** From the value outwards: each level adds its own step when the check comes back up. */
  steps: (string | number)[]
}

// A person who mends a statement reads no more, and 100,000 wrong keys must not make us write books.
const MAX_FOUND = 100

/** @param steps to the value from the object that is being checked, the innermost first */
export function add(
  found: Found[],
  steps: string | number | string[],
  value: unknown,
  rule: Rule,
): void {
  if (found.length >= MAX_FOUND) return
  found.push({ rule, value, steps: Array.isArray(steps) ? steps : [steps] })
}

/** Says of everything found since `from` that it stands under `step`. */
export function under(found: Found[], from: number, step: string | number): void {
  for (let i = from; i < found.length; i += 1) found[i]!.steps.push(step)
}

/** @param place where the statement stands in its body */
export function toIssue(
  { rule, value, steps }: Found,
  place: Issue['path'],
  version: XapiVersion,
): Issue {
  return {
    path: [...place, ...steps.toReversed()],
    message: rule.message(value, steps[0] ?? ''),
    code: rule.code,
    spec: specOf(rule.section, version),
  }
}

export function required(section: Section): Rule {
  return { code: 'required', section, message: () => 'Required' }
}

export function rule(code: string, section: Section, message: string): Rule {
  return { code, section, message: () => message }
}

/** Makes a rule whose message ends with what was found. */
export function expected(code: string, section: Section, form: string): Rule {
  return { code, section, message: (value) => `Expected ${form}, got ${show(value)}` }
}

export const nullValue: Rule = rule(
  'null_value',
  'format',
  'null may stand only inside extensions; leave the property out',
)
