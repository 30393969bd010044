import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { agentKey } from '../standards/xapi/agents'
import { checkAgent } from '../standards/xapi/parameters'
import type { XapiVersion } from './document-rules'

/** An agent, or an identified group, as a parameter names it. */
export interface NamedAgent {
  /** Two spellings of the same agent have the same key (`agentKey`). */
  key: string
  agent: Record<string, unknown>
}

/**
 * Reads the parameter `agent`.
 * @throws {AppError} `invalid_request` when it is no agent and no identified group as JSON
 */
export function readAgent(text: string, version: XapiVersion): NamedAgent {
  const issues = checkAgent(text, version)
  if (issues.length > 0) throw refused(issues)
  const agent = JSON.parse(text)
  const key = agentKey(agent)
  if (key !== undefined) return { key, agent }
  // An anonymous group is nobody who could be asked for again.
  const message = 'Must be identified by mbox, mbox_sha1sum, openid or account'
  throw refused([{ path: ['agent'], message, code: 'not_identified' }])
}

// A group may have a thousand members, and each its issues; `errors` has the first hundred.
const MAX_SAID = 5

function refused(errors: readonly Issue[]): AppError {
  const said = errors.slice(0, MAX_SAID).map(({ path, message }) => `${path.join('.')}: ${message}`)
  return new AppError('invalid_request', `${said.join('; ')}.`, { errors })
}
