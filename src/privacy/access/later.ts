import { serviceLater } from '../../syntax/methods-later'
import type { Access, AccessNeeds } from './access'

const names = [
  ...(['begin', 'get', 'list', 'mine'] as const),
  ...(['open', 'carryOn', 'expire', 'erase'] as const),
]

/**
 * Makes access requests of a process, whose code is loaded by the first who asks; or at once, where a process lives
 * on after its requests and carries on what an earlier one began.
 */
export function accessLater(needs: AccessNeeds): Access {
  const load = async () => (await import('./access')).createAccess(needs)
  return serviceLater(load, names, { isNow: needs.platform.replays !== undefined })
}
