import type { Build, TenantBuilds } from '../kept/builds'
import type { Catalogue, LoadedReducer, ReducerHealth } from '../loaded'
import type { Rebuild } from '../rebuilds/rebuild'
import type { ReducerStates } from '../states'

/** A reducer as readers are told of it. */
export interface DeclaredReducer extends LoadedReducer, ReducerHealth {
  /** The states that are shown began then, or took the place of others; none were made before. */
  since?: string | undefined
  /** Its states are being made anew by this version, and shown once all is in them. */
  building?: Building | undefined
  /** The newest version that is loaded. */
  newest: Pick<LoadedReducer, 'version' | 'scope'>
  /** It is newer than what is shown, and nobody has asked to build it. */
  newer?: number | undefined
}

/** A version whose states are being made. */
export interface Building extends Pick<Build, 'version' | 'since'> {
  /** Nothing was shown before it. */
  isFirst: boolean
  /** One that has not begun has nothing but its trouble, if it has one. */
  progress?: Partial<Progress> | undefined
}

/** How far a rebuild is. */
export interface Progress {
  /** Events that were looked at, and those among them that the reducer wanted. */
  read: number
  applied: number
  skipped: number
  /** Everything that arrived before then is in the states, ISO 8601 UTC. */
  at: string
  /** 0–99; all is done only once it is shown. */
  percent: number
  /** Why it does not go on. */
  trouble?: string | undefined
}

/** Readers have these of what reduces. */
export interface ReducersRead {
  states: ReducerStates
  /** Lists what the server that reduces has loaded. */
  catalogue(): Promise<Catalogue>
  /**
   * Notes that a tenant wants its events reduced, which costs nothing once it is known. What was stored before
   * is built then.
   * @param by who asks: a key, or a connection
   * @throws {StorageError}
   */
  want(tenantId: string, by: string): Promise<void>
  /** Tells whoever carries rebuilds on of one that was asked for. Absent where they look by themselves. */
  wake?(rebuild: Rebuild): void
}

/** Lists each reducer once, by name: the version whose states a tenant's readers are shown. */
export function declaredIn(catalogue: Catalogue, builds: TenantBuilds): DeclaredReducer[] {
  const byName = Map.groupBy(catalogue.reducers, ({ name }) => name)
  return [...byName.keys()].toSorted().map((name) => {
    const versions = byName.get(name)!.toSorted((a, b) => b.version - a.version)
    const newest = versions[0]!
    const own = Object.hasOwn(builds, name) ? builds[name] : undefined
    const shown = own?.shown.version ?? newest.version
    const loaded = versions.find(({ version }) => version === shown)
    // The code of a version that is shown may be gone: its states stand as they are.
    const { next } = own ?? {}
    return {
      ...(loaded ?? newest),
      version: shown,
      ...(own && { since: own.shown.since }),
      scope: own?.shown.scope ?? newest.scope,
      newest: { version: newest.version, scope: newest.scope },
      ...(next?.isAsked && { building: buildingOf(next, own!.shown.since) }),
      ...(newest.version > shown && !next?.isAsked && { newer: newest.version }),
    }
  })
}

type Next = NonNullable<TenantBuilds[string]['next']>

function buildingOf({ version, since, progress }: Next, shownSince: string): Building {
  return {
    version,
    since,
    isFirst: shownSince === since,
    ...(progress && { progress: progress as unknown as Progress }),
  }
}
