import type { Issue } from '../../error/issue'
import { isUuid } from '../../syntax/uuid'
import { issuesIn } from './check/check-statement'
import { isShortIri } from './values'
import type { XapiVersion } from './version'

/*
 * Query parameters are checked as values of statements are (1.0.3, Data, 2.2: "The LRS MUST validate
 * parameter values to the same standards required for values of the same types in Statements").
 */

export { isTimestamp } from './time'
export { isUuid }

/** Tells whether a value is an IRI that a verb, an activity or a type may have. */
export const isIri = isShortIri

// An agent needs some hundred characters, a group some thousand for its members.
const MAX_AGENT_LENGTH = 64 * 1024

/**
 * Checks an agent or a group in JSON.
 * @param path of the parameter, before the paths within it
 * @returns every issue; none for an agent that a statement may have
 */
export function checkAgent(
  value: string,
  version: XapiVersion = '1.0.3',
  path: Issue['path'] = ['agent'],
): Issue[] {
  if (value.length > MAX_AGENT_LENGTH) {
    return [{ path, message: `More than ${MAX_AGENT_LENGTH} characters`, code: 'too_long' }]
  }
  let agent: unknown
  try {
    agent = JSON.parse(value)
  } catch {
    return [{ path, message: 'Expected an agent as JSON', code: 'invalid_json' }]
  }
  return issuesIn('Actor', agent, version, path)
}
