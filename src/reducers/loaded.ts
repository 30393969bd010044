import type { ReducerScope } from './reducer'

/** A reducer is described so to those that do not have its code. */
export interface LoadedReducer {
  name: string
  version: number
  says?: string | undefined
  scope: ReducerScope
  sources?: readonly string[] | undefined
  types?: readonly string[] | undefined
  /** `nonius` for those that come with it; else the file, relative to the folder. */
  origin: string
  /** It is another for other code. */
  code: string
}

/** Says how a version of a reducer fares on this server. */
export interface ReducerHealth {
  /** So many events were skipped, since it failed on them. */
  skipped: number
  /** It failed with this last, at this time (ISO 8601 UTC). */
  lastFailure?: { reason: string; at: string } | undefined
  /** It was switched off for this reason. */
  offBecause?: string | undefined
  /** It was switched off then, and is given no events until its code or its version changes, or it is rebuilt. */
  offSince?: string | undefined
}

/** The server that reduces tells so what it has loaded to those that only read (`kept/places.ts`, CATALOGUE). */
export interface Catalogue {
  reducers: (LoadedReducer & ReducerHealth)[]
  /** Modules that could not be used, each with the reason. */
  problems: string[]
  updatedAt: string
}
