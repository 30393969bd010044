import type { Dialect } from './dialect'
import { addedIn1p1, addedIn1p2, profileExtensions, type Terms } from './versions'

/** The functions tell which terms of 1.2 a dialect does not have. */
export interface MissingTerms {
  event(type: string): boolean
  entity(type: string): boolean
  action(name: string): boolean
  property(type: string, name: string): boolean
  /** Tells whether a type of event does not support the action yet. */
  support(type: string, action: string): boolean
}

export function missingTermsOf(dialect: Dialect): MissingTerms {
  const later = laterThan(dialect)
  const present = extensionOf(dialect)
  function isMissing(has: (terms: Terms) => boolean | undefined): boolean {
    return later.some(has) && !present.some(has)
  }
  return {
    event: (type) => isMissing(({ events }) => events?.has(type)),
    entity: (type) => isMissing(({ entities }) => entities?.has(type)),
    action: (name) => isMissing(({ actions }) => actions?.has(name)),
    property: (type, name) => isMissing(({ properties }) => properties?.[type]?.has(name)),
    support: (type, action) => isMissing(({ supported }) => supported?.[type]?.has(action)),
  }
}

function laterThan(dialect: Dialect): Terms[] {
  if (dialect === '1.2') return []
  const later = [addedIn1p2, ...Object.values(profileExtensions)]
  return dialect === '1.0' ? [...later, addedIn1p1] : later
}

function extensionOf(dialect: Dialect): Terms[] {
  const [, name] = dialect.split('+')
  if (name === 'all') return Object.values(profileExtensions)
  const extension = name === undefined ? undefined : profileExtensions[name]
  return extension === undefined ? [] : [extension]
}
