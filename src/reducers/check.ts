import type { Reducer } from './reducer'
import { failingJson } from './run/json'

const NAME = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/
const FIELD = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/
const MAX_LISTED = 100
const MAX_TEXT = 2048

/**
 * Checks what a module exports.
 * @returns the reducers that can be used, and a sentence for each fault: where, what it is, and the rule
 */
export function checkReducers(
  exported: unknown,
  origin: string,
): { reducers: Reducer[]; problems: string[] } {
  if (exported === undefined) {
    return { reducers: [], problems: [`${origin} has no default export: it has to be a reducer.`] }
  }
  const all = Array.isArray(exported) ? exported : [exported]
  const problems: string[] = []
  const reducers: Reducer[] = []
  for (const [at, one] of all.entries()) {
    const where = Array.isArray(exported) ? `${origin}[${at}]` : origin
    const found = faultsOf(one).map((fault) => `${where}${fault}.`)
    problems.push(...found)
    if (found.length === 0) reducers.push(one as Reducer)
  }
  return { reducers, problems }
}

function faultsOf(one: unknown): string[] {
  if (typeof one !== 'object' || one === null) return [` must be a reducer; it is ${show(one)}`]
  const given = one as Record<string, unknown>
  const { name, version, says, scope, sources, types, start, reduce, show: shows } = given
  const faults: string[] = []
  const hold = (isHeld: boolean, member: string, rule: string) => {
    if (!isHeld) faults.push(`.${member} must be ${rule}; it is ${show(given[member])}`)
  }
  const isName = typeof name === 'string' && NAME.test(name)
  hold(isName, 'name', '1 to 64 lower-case letters, digits and "-", the latter inside')
  const isVersion = Number.isSafeInteger(version) && (version as number) > 0
  hold(isVersion, 'version', 'a whole number from 1 on')
  hold(says === undefined || isText(says), 'says', `a text of at most ${MAX_TEXT} characters`)
  const scopes = '"learner", "source", "group" or { learnerAnd: "the name of a field" }'
  hold(isScope(scope), 'scope', scopes)
  const list = `a list of 1 to ${MAX_LISTED} texts, or left out`
  hold(isListOfTexts(sources), 'sources', list)
  hold(isListOfTexts(types), 'types', list)
  hold(typeof reduce === 'function', 'reduce', 'a function (state, event) => state')
  hold(shows === undefined || typeof shows === 'function', 'show', 'a function of a state')
  const fault = start === undefined ? 'is left out' : failingJson(start)
  if (fault !== undefined) faults.push(`.start must be JSON: it ${fault}`)
  return faults
}

function isScope(scope: unknown): boolean {
  if (scope === 'learner' || scope === 'source' || scope === 'group') return true
  if (typeof scope !== 'object' || scope === null) return false
  const { learnerAnd } = scope as Record<string, unknown>
  return typeof learnerAnd === 'string' && FIELD.test(learnerAnd) && learnerAnd !== '__proto__'
}

function isListOfTexts(list: unknown): boolean {
  if (list === undefined) return true
  return Array.isArray(list) && list.length > 0 && list.length <= MAX_LISTED && list.every(isText)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT
}

const SHOWN = 100

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, SHOWN)
  } catch {
    return 'no JSON'
  }
}
