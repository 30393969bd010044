import type { Issue } from '../../../error/issue'
import type { ReportedIssue } from '../../standard'

/** A sentence of the standard, as one property of one type has it. Made once, at the start. */
export interface Rule {
  /** Stable, lower snake_case; `docs/conformance.md` lists them. */
  code: string
  severity: 'error' | 'warning'
  spec: string
  /** Says to a person what was expected and what was found; asked only when somebody reads it. */
  message(value: unknown, property: string | number | undefined): string
  /** True when null or an empty value is no more than something to leave out (2.1, 2.2). */
  mayBeEmpty?: boolean
}

/** An issue that a check found. It has no message yet, since most are only counted. */
export interface FoundIssue {
  rule: Rule
  value: unknown
  /** From the value outwards: each level adds its own step when the check comes back up. */
  steps: (string | number)[]
}

/**
 * The number of issues of one item that are told apart. No event that a person wants explained has more,
 * and an item of 100,000 wrong keys must not make us write books.
 */
export const MAX_ISSUES = 200

/** @param step where the value stands in the object that is being checked */
export function add(found: FoundIssue[], step: string | number, value: unknown, rule: Rule): void {
  if (found.length < MAX_ISSUES) {
    found.push({ rule, value, steps: [step] })
  } else if (rule.severity === 'error') {
    // Whatever is left out, that the item does not conform is not.
    found[MAX_ISSUES - 1] = { rule: tooMany, value: undefined, steps: [] }
  }
}

/** Says of everything found since `from` that it stands under `step`. */
export function under(found: FoundIssue[], from: number, step: string | number): void {
  for (let i = from; i < found.length; i += 1) found[i]!.steps.push(step)
}

/** @param place where the item stands */
export function toIssue({ rule, value, steps }: FoundIssue, place: Issue['path']): ReportedIssue {
  const path = rule === tooMany ? place : [...place, ...steps.toReversed()]
  const { code, severity, spec } = rule
  const issue: ReportedIssue = { path, message: rule.message(value, steps[0]), code, severity }
  if (spec !== '') issue.spec = spec
  return issue
}

const tooMany: Rule = {
  code: 'too_many',
  severity: 'error',
  spec: '',
  message: () => `More than ${MAX_ISSUES} issues in one item; the rest is not listed`,
}
