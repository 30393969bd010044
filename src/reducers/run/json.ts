import { ReducerFault } from './fault'

// A dashboard shows a state, and a learner's are read and written together.
export const MAX_STATE_BYTES = 64 * 1024
const MAX_DEPTH = 100
// Other names of members may be ids of people.
const PLAIN_NAME = /^[a-z][A-Za-z]{0,31}$/

/** Tells whether a value is JSON that comes back as it was. Every state is asked with every batch. */
function isJson(one: unknown, depth: number): boolean {
  if (one === null || typeof one === 'string' || typeof one === 'boolean') return true
  if (typeof one === 'number') return Number.isFinite(one)
  if (typeof one !== 'object' || depth === MAX_DEPTH) return false
  if (Array.isArray(one)) {
    for (let index = 0; index < one.length; index += 1) {
      if (!isJson(one[index], depth + 1)) return false
    }
    return true
  }
  const prototype: unknown = Object.getPrototypeOf(one)
  if (prototype !== Object.prototype && prototype !== null) return false
  const members = one as Record<string, unknown>
  if (typeof members.toJSON === 'function') return false
  for (const name in members) {
    const inner = members[name]
    // A member that is undefined is one that is not there.
    if (inner !== undefined && !isJson(inner, depth + 1)) return false
  }
  return true
}

/**
 * Says why a value is no JSON that comes back as it was.
 * @returns the rest of a sentence (`has a Map at .seen`); undefined when it is JSON
 */
export function failingJson(value: unknown): string | undefined {
  const waiting: [value: unknown, path: string, depth: number][] = [[value, '', 0]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [one, path, depth] = next
    if (one === null || typeof one === 'string' || typeof one === 'boolean') continue
    if (typeof one === 'number') {
      if (Number.isFinite(one)) continue
      return `has ${one} ${at(path)}`
    }
    // A member that is undefined is one that is not there.
    if (one === undefined && path !== '' && !path.endsWith(']')) continue
    if (typeof one !== 'object') return `has ${nameOf(one)} ${at(path)}`
    // A circle is deeper than anything.
    if (depth === MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`
    if (Array.isArray(one)) {
      for (let index = 0; index < one.length; index += 1) {
        waiting.push([one[index], path.length < 200 ? `${path}[${index}]` : path, depth + 1])
      }
      continue
    }
    const prototype: unknown = Object.getPrototypeOf(one)
    if (prototype !== Object.prototype && prototype !== null)
      return `has ${nameOf(one)} ${at(path)}`
    if (typeof (one as { toJSON?: unknown }).toJSON === 'function')
      return `has a toJSON ${at(path)}`
    for (const [name, inner] of Object.entries(one)) {
      const shown = PLAIN_NAME.test(name) ? name : '…'
      waiting.push([inner, path.length < 200 ? `${path}.${shown}` : path, depth + 1])
    }
  }
  return undefined
}

function at(path: string): string {
  return path === '' ? 'for all of it' : `at ${path.slice(0, 200)}`
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return value === undefined ? 'undefined' : `a ${typeof value}`
  }
  const { name } = (value.constructor as { name?: unknown } | undefined) ?? {}
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'an object of a class'
}

/** Writes a state. @throws {Error} when it is no JSON, or larger than a state may be */
export function stateText(state: unknown): string {
  const fault = isJson(state, 0) ? undefined : failingJson(state)
  if (fault !== undefined) throw new ReducerFault(`the state is no JSON: it ${fault}`)
  const text = JSON.stringify(state)
  const bytes = Buffer.byteLength(text)
  if (bytes <= MAX_STATE_BYTES) return text
  throw new ReducerFault(`the state takes ${bytes} bytes, and may take ${MAX_STATE_BYTES}`)
}
