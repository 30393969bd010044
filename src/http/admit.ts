import type { Principal } from '../identity/principal'
import type { Scope } from '../identity/scope'
import { requireScope } from './authenticate'
import type { AppContext } from './context'

/** Admits whoever shows a key with this scope, as `requireScope` does. */
export function keyWith(scope: Scope) {
  return function admit(c: AppContext): Promise<Principal> {
    return requireScope(c, scope)
  }
}
