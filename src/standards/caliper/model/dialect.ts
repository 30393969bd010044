import { type CaliperVersion, extensionOf } from '../version'
import { profileExtensions } from './versions'

/** A version, and of 1.1 also which of its profile extensions, or `all` of them. */
export type Dialect = '1.2' | '1.1' | '1.0' | `1.1+${string}`

/** @param context an item's `@context` */
export function dialectOf(context: unknown, version: CaliperVersion): Dialect {
  if (version !== '1.1') return version
  const named = extensionsIn(Array.isArray(context) ? context : [context])
  if (named.size > 1) return '1.1+all'
  for (const name of named) return `1.1+${name}`
  return '1.1'
}

export function versionOfDialect(dialect: Dialect): CaliperVersion {
  return dialect.slice(0, 3) as CaliperVersion
}

function extensionsIn(contexts: readonly unknown[]): Set<string> {
  const named = new Set<string>()
  for (const context of contexts) {
    const name = extensionOf(context)
    if (name !== undefined && Object.hasOwn(profileExtensions, name)) named.add(name)
  }
  return named
}
