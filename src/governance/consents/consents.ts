/** A decision is what a person said of one category. */
export type Said = 'granted' | 'denied'

/** It holds what a person granted and denied, as the tenant's systems reported it. */
export interface Consent {
  /** The id of the person as events name them. */
  actorId: string
  categories: Record<string, Said>
  /** Says where it was given: a form, an LTI launch, an event. */
  evidence?: string | undefined
  /** It was given then, ISO 8601 UTC. */
  at: string
  /** The id of the key that reported it. */
  by: string
}

/** Each category was decided at a time of its own. */
export interface Decided extends Pick<Consent, 'evidence' | 'at' | 'by'> {
  said: Said
}

/** Everything that a person decided. */
export interface KeptConsent {
  actorId: string
  decisions: Record<string, Decided>
}

/** The category by which a parent consents for a learner under 13. */
export const PARENTAL = 'parental'

/** A person decides on so many categories at most: real ones have a handful. */
export const MAX_CATEGORIES = 50
export const CATEGORY = /^[a-z][a-z0-9_.-]{0,63}$/

/** What a put made of each category that it names. */
export interface PutConsent {
  consent: KeptConsent
  /** These are otherwise than before. */
  changed: string[]
  /** Of these a later decision is known, which stands. */
  stale: string[]
}

export interface Consents {
  /** Reads what these people decided, as it is now: a withdrawn consent is withdrawn for every later request. */
  of(
    tenantId: string,
    actorIds: readonly string[],
  ): Promise<ReadonlyMap<string, Consent['categories']>>
  get(tenantId: string, actorId: string): Promise<KeptConsent | undefined>
  /**
   * Sets the categories that are named; others stay. Of two decisions on a category the later one
   * stands, whichever comes first.
   * @throws {AppError} `limit_reached` for more than `MAX_CATEGORIES`
   */
  put(tenantId: string, consent: Consent): Promise<PutConsent>
  /** Forgets what somebody decided, so that they were never asked. */
  remove(tenantId: string, actorId: string): Promise<boolean>
  /** Lists by id. @throws {AppError} `invalid_cursor` */
  list(
    tenantId: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: KeptConsent[]; nextCursor?: string | undefined }>
  /** Tells whether the school listed these as under 13. */
  under13(tenantId: string, actorIds: readonly string[]): Promise<ReadonlySet<string>>
}
