import type { DialectName, VocabularyName } from '../../event/event-type'
import type { SourceBudgets } from './budgets'

export const sourceModes = ['lenient', 'strict'] as const
export type SourceMode = (typeof sourceModes)[number]

export const duplicatesModes = ['refuse', 'accept'] as const
export type DuplicatesMode = (typeof duplicatesModes)[number]

/** A JWK is a public key as JSON (RFC 7517). */
export type PublicJwk = { kty: string } & Record<string, unknown>

/** A source's signed bodies are verified with keys from one of two places: a URL, or this list. */
export interface Signing {
  /** If true, a body without a signature is refused. */
  required: boolean
  jwksUrl?: string | undefined
  keys?: PublicJwk[] | undefined
}

/** Methods by which a frame of a stream says who its learner is, as Learning Observer names them, and `token`. */
export const observerMethods = [
  'token',
  'chromebook',
  'local_storage',
  'hash_identify',
  'testcase_auth',
  'guest',
] as const
export type ObserverMethod = (typeof observerMethods)[number]

/** Settings of a source for its streams at `/wsapi/in/`. */
export interface ObserverSettings {
  /** The methods, in the order in which they are tried. When absent, all but `guest`. */
  auth?: ObserverMethod[] | undefined
  /** Somebody vouches for learners with these tags (`user_tag`). */
  userTags?: string[] | undefined
}

/** A source is a system that sends events, with its settings. */
export interface Source {
  tenantId: string
  sourceId: string
  name: string
  createdAt: string
  /**
   * The mode decides the outcome of an item that breaks the standard's text; lenient when absent.
   */
  mode?: SourceMode | undefined
  signing?: Signing | undefined
  /**
   * The outcome of a statement whose id is held with other content: `refuse` (when absent) costs its
   * request, `accept` takes the request, and the first statement with that id stands.
   */
  duplicates?: DuplicatesMode | undefined
  /** The vocabularies of its native types, before those of its tenant. */
  vocabularies?: VocabularyName[] | undefined
  /** The dialect of its native events, for what does not show it by its form. */
  dialect?: DialectName | undefined
  /** If true, what its events say that people granted or denied is kept as theirs. */
  tellsConsent?: true | undefined
  /** If true, what its events say of who teaches and administers which group is believed. */
  tellsRosters?: true | undefined
  /** It may send and hold so much; any amount when absent. */
  budgets?: SourceBudgets | undefined
  /** When absent, learners of its streams are told by every method but `guest`. */
  observer?: ObserverSettings | undefined
  updatedAt?: string | undefined
}

export interface Sources {
  /** Adds a source, or replaces the one with the same id in its tenant. */
  put(source: Source): Promise<void>
  get(tenantId: string, sourceId: string): Promise<Source | undefined>
  /** Lists the sources of a tenant, oldest first. */
  list(tenantId: string): Promise<Source[]>
}
