/** A module of the operator that is in the bundle. */
export interface Deployed {
  origin: string
  load(): Promise<{ default?: unknown }>
}

/**
 * Lists modules of the operator that were put into the bundle: `infra/bundle.ts` writes this list when it
 * makes one. On one machine they are read from their folder.
 */
export const deployed: readonly Deployed[] = []
