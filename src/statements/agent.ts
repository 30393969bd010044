import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { isIri } from '../syntax/iri'

/** An agent, or an identified group, as a parameter names it. */
export interface NamedAgent {
  /** Two spellings of the same agent have the same key. */
  key: string
  agent: Record<string, unknown>
}

/** These members identify an agent; it has exactly one (xAPI 1.0.3, Data, 2.4.2.3). */
export const identifiers = ['mbox', 'mbox_sha1sum', 'openid', 'account'] as const

/**
 * Reads the parameter `agent`.
 * @throws {AppError} `invalid_request` when it is no agent and no identified group as JSON
 */
export function readAgent(text: string): NamedAgent {
  let agent: unknown
  try {
    agent = JSON.parse(text)
  } catch (cause) {
    throw refused([], `Must be an agent as JSON: ${(cause as Error).message}`)
  }
  if (typeof agent !== 'object' || agent === null || Array.isArray(agent)) {
    throw refused([], 'Must be an agent: a JSON object')
  }
  const value = agent as Record<string, unknown>
  const [identifier, ...others] = identifiers.filter((name) => Object.hasOwn(value, name))
  if (identifier === undefined || others.length > 0) {
    throw refused([], `Must have exactly one of ${identifiers.join(', ')}`)
  }
  return { key: JSON.stringify([identifier, keyPart(identifier, value[identifier])]), agent: value }
}

function keyPart(name: (typeof identifiers)[number], value: unknown): unknown {
  if (name !== 'account') {
    if (typeof value !== 'string') throw refused([name], 'Must be a text')
    return value
  }
  const { homePage, name: user } = (value ?? {}) as Record<string, unknown>
  if (typeof homePage !== 'string' || !isIri(homePage)) {
    throw refused(['account', 'homePage'], 'Must be an IRL')
  }
  if (typeof user !== 'string') throw refused(['account', 'name'], 'Must be a text')
  return [homePage, user]
}

function refused(path: Issue['path'], message: string): AppError {
  const whole = ['agent', ...path]
  return new AppError('invalid_request', `${whole.join('.')}: ${message}.`, {
    errors: [{ path: whole, message, code: 'invalid_agent' }],
  })
}
