import type { Issue } from '../../../error/issue'

/** A name in a database of events elsewhere has room for as many characters. */
export const MAX_NAME_LENGTH = 100

const SNAKE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/
const CAMEL = /^[a-z][a-zA-Z0-9]*$/

/** The rule in words, for whoever broke it. */
export const nameRule = `Must be snake_case or camelCase: 1 to ${MAX_NAME_LENGTH} letters of a to z, digits, and single _ between them, a small letter first`

/** Tells whether a new type may have this name: as a learning platform's events are named. */
export function isGoodName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && (SNAKE.test(name) || CAMEL.test(name))
}

/** Says why a new type may not have this name, and which name near it it may have. */
export function nameIssue(name: string, path: Issue['path']): Issue | undefined {
  if (isGoodName(name)) return undefined
  const proposal = proposalFor(name)
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
  const message = `${nameRule}; got ${shown}${proposal && `, try ${proposal}`}`
  return { path, message, code: 'invalid_name' }
}

/** Makes a good name of one that is none; an empty text where nothing is left of it. */
export function proposalFor(name: string): string {
  const words = name
    .slice(0, 2 * MAX_NAME_LENGTH)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  const joined = words.join('_').replace(/^[0-9_]+/, '')
  const proposal = joined.slice(0, MAX_NAME_LENGTH).replace(/_+$/, '')
  return isGoodName(proposal) ? proposal : ''
}
