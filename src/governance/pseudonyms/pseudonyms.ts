import type { Pseudonymiser } from '../personal/personal'

/** A new key is in use. */
export interface Rotated {
  /** Its number, which stands in every pseudonym that it makes. */
  key: number
  /** The former key is held until then, ISO 8601 UTC. */
  overlapUntil: string
}

/** Pseudonyms of a tenant's people, and the encrypted table that says who is behind each. */
export interface Pseudonyms {
  /**
   * Gives what makes pseudonyms for one request: by one key, whatever is rotated meanwhile. The first use makes the
   * tenant's key.
   * @throws {StorageError} when the keys cannot be read, or not be opened with this installation's key
   */
  forTenant(tenantId: string): Promise<Pseudonymiser>
  /** Lists every pseudonym of a person, or of several: under all keys that are held, and those of former keys in the table. */
  pseudonymsOf(tenantId: string, personId: string | readonly string[]): Promise<string[]>
  /** Says who is behind a pseudonym; undefined for one that is unknown, erased, or another tenant's. */
  reveal(tenantId: string, pseudonym: string): Promise<string | undefined>
  /**
   * Erases who is behind the pseudonyms of these people. The pseudonyms in what is stored then name nobody.
   * @returns how many rows of the table are gone
   */
  forget(tenantId: string, personIds: readonly string[]): Promise<{ removed: number }>
  /** Puts a new key into use at once; the former is held for the overlap. */
  rotate(tenantId: string, overlapDays: number): Promise<Rotated>
  /**
   * Gives a second pseudonym, for one purpose: the same person has others for other purposes, and none can be linked
   * to the first without the tenant's keys.
   * @param person an id as it was sent, or a pseudonym of this tenant
   */
  purposePseudonym(purpose: string, tenantId: string, person: string): Promise<string>
}
