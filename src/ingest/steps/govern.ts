import type { Origin, Readable } from '../arrival'

/**
 * The place of a tenant's policies (consent, sampling, pseudonyms, retention), between reading and
 * stamping: what they change is what is stored, and nothing that they drop has been written anywhere.
 * There are none yet, so that every item passes as it is.
 */
export function govern(readable: Readable[], _origin: Origin): Readable[] {
  return readable
}
