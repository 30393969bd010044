import type { Principal } from './principal'

/** The sources whose quarantine somebody may look into; `*` stands for every one of the tenant. */
export type Reach = readonly string[] | '*'

type Reaching = Pick<Principal, 'sourceId' | 'scopes' | 'sources'>

/** A key reaches its own source unless it was made for more; an administrator reaches all. */
export function reachOf({ sourceId, scopes, sources = [] }: Reaching): Reach {
  if (scopes.includes('admin') || sources === '*') return '*'
  return [...new Set([sourceId, ...sources])]
}

export function reaches(reach: Reach, sourceId: string): boolean {
  return reach === '*' || reach.includes(sourceId)
}
