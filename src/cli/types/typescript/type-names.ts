import type { Schema, SchemaObject } from './schema-type'

/** Gives each thing a name that no other has. */
export interface Names {
  /** @returns the wanted name, or, when it is taken, the same with a number after it */
  take(wanted: string): string
}

export function createNames(reserved: readonly string[]): Names {
  const taken = new Set(reserved)
  return {
    take(wanted) {
      let name = wanted
      for (let number = 2; taken.has(name); number += 1) name = `${wanted}${number}`
      taken.add(name)
      return name
    },
  }
}

/** Makes a name of a type out of any text: `QUESTION_VIEWED` is `QuestionViewed`. */
export function typeNameOf(text: string): string {
  const words = text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase()).join('')
  return /^\d/.test(name) ? `Type${name}` : name
}

/** Follows a JSON Pointer as `$ref` has it, `#` or `#/$defs/NAME`. @returns undefined where nothing is */
export function follow(root: Schema, ref: string): Schema | undefined {
  let found: unknown = root
  for (const step of stepsOf(ref)) {
    const isThere = typeof found === 'object' && found !== null && Object.hasOwn(found, step)
    if (!isThere) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  const isSchema = typeof found === 'boolean' || (typeof found === 'object' && found !== null)
  return isSchema && !Array.isArray(found) ? (found as SchemaObject) : undefined
}

/** Names what a reference leads to by where it stands: `#/$defs/mark` is `Mark`. */
export function refNameOf(ref: string): string {
  const steps = stepsOf(ref).filter((step) => !/^(\$defs|definitions|properties)$/.test(step))
  return typeNameOf(steps.join(' '))
}

function stepsOf(ref: string): string[] {
  const [, ...steps] = ref.split('/')
  return steps.map((step) => unescaped(step).replaceAll('~1', '/').replaceAll('~0', '~'))
}

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
