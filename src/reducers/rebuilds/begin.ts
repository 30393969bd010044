import type { DocumentStore } from '../../platform/document-store'
import { type Build, changeBuilds } from '../kept/builds'
import type { LoadedReducer } from '../loaded'
import type { Rebuild } from './rebuild'

/** A rebuild that was asked for. */
export interface Begun {
  version: number
  since: string
  /** It was asked for before, and goes on. */
  isUnderWay: boolean
}

/**
 * Asks to make the states of a reducer anew, by its newest version that is loaded.
 * @throws {StorageError}
 */
export async function beginRebuild(
  documents: Pick<DocumentStore, 'get' | 'put'>,
  { tenantId, name }: Rebuild,
  { version, scope }: Pick<LoadedReducer, 'version' | 'scope'>,
  now: Date,
): Promise<Begun> {
  const since = now.toISOString()
  let begun: Begun = { version, since, isUnderWay: false }
  await changeBuilds(documents, tenantId, (builds) => {
    const own = Object.hasOwn(builds, name) ? builds[name] : undefined
    const { next } = own ?? {}
    if (next?.isAsked && next.version === version) {
      begun = { version, since: next.since, isUnderWay: true }
      return undefined
    }
    begun = { version, since, isUnderWay: false }
    const shown: Build = own?.shown ?? { version, build: 1, scope, since }
    const build = Math.max(shown.build, next?.build ?? 0) + 1
    return { ...builds, [name]: { shown, next: { version, build, scope, since, isAsked: true } } }
  })
  return begun
}

/** Ends a rebuild; the states that are shown stay as they are. @returns false where none was under way */
export async function endRebuild(
  documents: Pick<DocumentStore, 'get' | 'put'>,
  { tenantId, name }: Rebuild,
): Promise<boolean> {
  let wasAsked = false
  await changeBuilds(documents, tenantId, (builds) => {
    const own = Object.hasOwn(builds, name) ? builds[name] : undefined
    wasAsked = own?.next?.isAsked === true
    if (!wasAsked) return undefined
    const { isAsked: _, progress: __, ...next } = own!.next!
    return { ...builds, [name]: { ...own!, next } }
  })
  return wasAsked
}
