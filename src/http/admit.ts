import type { Principal } from '../access/principal'
import type { Scope } from '../platform/registry'
import { requireScope } from './authenticate'
import type { AppContext } from './context'

/** Admits whoever shows a key with this scope, as `requireScope` does. */
export function keyWith(scope: Scope) {
  return function admit(c: AppContext): Promise<Principal> {
    return requireScope(c, scope)
  }
}
