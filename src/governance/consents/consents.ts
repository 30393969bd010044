/** It holds what a person granted and denied, as the tenant's systems reported it. */
export interface Consent {
  /** The id of the person as events name them. */
  actorId: string
  categories: Record<string, 'granted' | 'denied'>
  /** Says where it was given: a form, an LTI launch, an event. */
  evidence?: string | undefined
  /** It was given then, ISO 8601 UTC. */
  at: string
  /** The id of the key that reported it. */
  by: string
}

/** The category by which a parent consents for a learner under 13. */
export const PARENTAL = 'parental'

export interface Consents {
  /** Reads what these people decided, as it is now: a withdrawn consent is withdrawn for every later request. */
  of(
    tenantId: string,
    actorIds: readonly string[],
  ): Promise<ReadonlyMap<string, Consent['categories']>>
  get(tenantId: string, actorId: string): Promise<Consent | undefined>
  put(tenantId: string, consent: Consent): Promise<void>
  /** Tells whether the school listed these as under 13. */
  under13(tenantId: string, actorIds: readonly string[]): Promise<ReadonlySet<string>>
}
