import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import type { LoadedReducer } from '../loaded'
import { type Build, changeBuilds, readBuilds, type TenantBuilds } from './builds'

// Whoever shows another build waits for longer than this, or has the consumer stand still.
const REMEMBERED_MS = 2000

/** Knows which builds of a tenant take events in, and begins one for each reducer that is new. */
export interface KnownBuilds {
  /** @throws {StorageError} */
  of(tenantId: string): Promise<TenantBuilds>
  forget(): void
}

export function createKnownBuilds({
  documents,
  loaded,
  clock,
}: {
  documents: Pick<DocumentStore, 'get' | 'put'>
  loaded: readonly LoadedReducer[]
  clock: Clock
}): KnownBuilds {
  const newest = newestOf(loaded)
  const known = new Map<string, { builds: TenantBuilds; readAt: number }>()

  return {
    async of(tenantId) {
      const now = clock.monotonic()
      const found = known.get(tenantId)
      if (found !== undefined && now - found.readAt < REMEMBERED_MS) return found.builds
      const since = clock.now().toISOString()
      let { builds } = await readBuilds(documents, tenantId)
      if (withNew(builds, newest, since) !== undefined) {
        builds = await changeBuilds(documents, tenantId, (held) => withNew(held, newest, since))
      }
      known.set(tenantId, { builds, readAt: now })
      return builds
    },
    forget: () => known.clear(),
  }
}

function newestOf(loaded: readonly LoadedReducer[]): Map<string, LoadedReducer> {
  const newest = new Map<string, LoadedReducer>()
  for (const one of loaded) {
    if (one.version > (newest.get(one.name)?.version ?? 0)) newest.set(one.name, one)
  }
  return newest
}

/**
 * Adds what is loaded and not known: of a new reducer the states begin with what comes, and a new version
 * stands aside until it was built from what is stored.
 * @returns undefined when there is nothing to add
 */
function withNew(
  held: TenantBuilds,
  newest: ReadonlyMap<string, LoadedReducer>,
  since: string,
): TenantBuilds | undefined {
  const builds = { ...held }
  let isChanged = false
  for (const [name, { version, scope }] of newest) {
    const found = Object.hasOwn(builds, name) ? builds[name] : undefined
    const asBuild = (build: number): Build => ({ version, build, scope, since })
    if (found === undefined) {
      builds[name] = { shown: asBuild(1) }
      isChanged = true
    } else if (Math.max(found.shown.version, found.next?.version ?? 0) < version) {
      const latest = Math.max(found.shown.build, found.next?.build ?? 0)
      builds[name] = { ...found, next: asBuild(latest + 1) }
      isChanged = true
    }
  }
  return isChanged ? builds : undefined
}
