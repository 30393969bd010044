import type { Principal } from './principal'
import type { Role } from './role'

/**
 * The events that somebody may see: all of the tenant, or those of some groups and some people, of
 * either. `everywhere` is all tenants, without anything that says who somebody is.
 */
export type Visibility =
  | { kind: 'tenant' }
  | { kind: 'some'; groups: readonly string[]; actorIds: readonly string[] }
  | { kind: 'everywhere' }

/** A viewer is whoever reads, and what they may see. */
export interface Viewer {
  tenantId: string
  role: Role
  principal: Principal
  visibility: Visibility
  /** If false, answers hold nothing of single people, and groups of few are suppressed. */
  seesPeople: boolean
}
