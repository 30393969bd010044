/** An array or object of a document, by whose own members it is stepped into. */
export type Holder = Record<string, unknown>

/** @param pointer RFC 6901 */
export function stepsOf(pointer: string): string[] {
  const [, ...steps] = pointer.split('/')
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** @throws {Error} when nothing is there */
export function valueAt(document: unknown, pointer: string): unknown {
  return stepsOf(pointer).reduce(stepInto, document)
}

/**
 * Finds what holds the place that a pointer names, and under which name. Every step has to be the document's
 * own: along the prototype, `/constructor/assign` is a function that everybody shares.
 * @param mayBeNew whether the place itself may be free, as of what is added
 * @returns undefined for the root, which nothing holds
 * @throws {Error} when there is no such place
 */
export function placeOf(
  document: unknown,
  pointer: string,
  mayBeNew: boolean,
): { holder: Holder | unknown[]; name: string } | undefined {
  const steps = stepsOf(pointer)
  const name = steps.pop()
  if (name === undefined) return undefined
  const holder = steps.reduce(stepInto, document)
  if (name === '__proto__') throw new Error('__proto__ cannot be changed')
  if (typeof holder !== 'object' || holder === null)
    throw new Error(`There is no ${short(pointer)}`)
  const isNewElement =
    Array.isArray(holder) && mayBeNew && (name === '-' || name === String(holder.length))
  const isNewMember = !Array.isArray(holder) && mayBeNew
  if (!isNewElement && !isNewMember) stepInto(holder, name)
  return { holder: holder as Holder | unknown[], name }
}

function stepInto(value: unknown, step: string): unknown {
  const isHolder = typeof value === 'object' && value !== null && step !== '__proto__'
  // RFC 6901, section 4: no leading zeros, so that an index is written in one way.
  const isIndex = !Array.isArray(value) || /^(0|[1-9]\d*)$/.test(step)
  if (!isHolder || !isIndex || !Object.hasOwn(value, step)) {
    throw new Error(`There is no ${short(step)}`)
  }
  return (value as Holder)[step]
}

// A name that somebody sent is shown as far as tells which it is.
const SHOWN = 60

export function short(name: string): string {
  return name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name
}
