import type { Issue } from '../../error/issue'
import { tooManyValues } from '../../event/json-body'
import { MAX_DEPTH } from '../../event/limits'
import { isDeeperThan } from '../../syntax/json-scan'
import { issuesIn } from './check/check-statement'
import type { XapiVersion } from './version'

/**
 * Tells what is wrong with a statement. A record store refuses whatever the text forbids (1.0.3,
 * Data, 2.2), so the gate of this standard is the whole of its rules.
 * @param value undefined where it holds too many values to be parsed
 * @param raw its text
 * @param path where it stands in its body
 * @returns every reason against it, or undefined
 */
export function refuse(
  value: unknown,
  raw: string,
  version: XapiVersion,
  path: Issue['path'],
): Issue[] | undefined {
  if (value === undefined) return [tooManyValues(path)]
  if (isDeeperThan(raw, MAX_DEPTH)) {
    return [{ path, message: `Nested more than ${MAX_DEPTH} levels deep`, code: 'too_deep' }]
  }
  const issues = issuesIn('Statement', value, version, path)
  return issues.length === 0 ? undefined : issues
}
