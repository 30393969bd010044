import type { Search } from '../places/place'

/** Copies of the people's events without the people are put aside, and back once all else is erased. */
export interface Aside {
  /** Puts copies aside, durably and sealed. @throws {StorageError} it may be repeated */
  put(search: Search): Promise<void>
  /** Puts them back as events of the same ids. @returns how many @throws {StorageError} it may be repeated */
  putBack(search: Search): Promise<number>
}
