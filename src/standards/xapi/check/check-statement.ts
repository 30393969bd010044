import type { Issue } from '../../../error/issue'
import type { XapiVersion } from '../version'
import type { Check } from './check-value'
import { compile } from './compile'
import { type Found, toIssue } from './found'

// One for each version and each thing that is checked alone: at most four, made when first needed.
const checks = new Map<string, Check>()

/** Makes what most requests will need; it takes a millisecond. */
export function prepareChecks(): void {
  checkOf('Statement', '1.0.3')
}

function checkOf(name: 'Statement' | 'Actor', version: XapiVersion): Check {
  const key = `${name} ${version}`
  const known = checks.get(key)
  if (known !== undefined) return known
  const check = compile(name, version)
  checks.set(key, check)
  return check
}

/**
 * Finds everything in a value that the text of its version forbids.
 * @param value no deeper than the gate lets through
 * @param place where it stands in its body
 */
export function issuesIn(
  name: 'Statement' | 'Actor',
  value: unknown,
  version: XapiVersion,
  place: Issue['path'],
): Issue[] {
  const found: Found[] = []
  checkOf(name, version)(value, '', found)
  if (found.length === 0) return none
  // The outermost step is the value itself, whose place is known.
  for (const one of found) one.steps.pop()
  return found.map((one) => toIssue(one, place, version))
}

const none: Issue[] = []
