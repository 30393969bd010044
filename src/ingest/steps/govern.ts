import type { Origin, Readable } from '../arrival'

/**
 * Applies a tenant's policies (consent, sampling, pseudonyms, retention). They stand between
 * reading and stamping: their result is what is stored, and nothing that they drop has been written
 * anywhere. No policy exists yet, so that every item passes as it is.
 */
export function govern(readable: Readable[], _origin: Origin): Readable[] {
  return readable
}
