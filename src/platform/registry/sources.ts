export const sourceModes = ['lenient', 'strict'] as const
export type SourceMode = (typeof sourceModes)[number]

/** A public key as JSON (RFC 7517). */
export type PublicJwk = { kty: string } & Record<string, unknown>

/** Where the keys are that a source's signed bodies are verified with: one of the two. */
export interface Signing {
  /** Whether a body without a signature is refused. */
  required: boolean
  jwksUrl?: string | undefined
  keys?: PublicJwk[] | undefined
}

/** A system that sends events, with its settings. */
export interface Source {
  tenantId: string
  sourceId: string
  name: string
  createdAt: string
  /** Decides the outcome of an item that departs from the standard's text; lenient when absent. */
  mode?: SourceMode | undefined
  signing?: Signing | undefined
  updatedAt?: string | undefined
}

export interface Sources {
  /** Adds a source, or replaces the one with the same id in its tenant. */
  put(source: Source): Promise<void>
  get(tenantId: string, sourceId: string): Promise<Source | undefined>
  /** Oldest first. */
  list(tenantId: string): Promise<Source[]>
}
