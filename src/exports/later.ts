import { serviceLater } from '../syntax/methods-later'
import type { ExportNeeds, Exports } from './exports'

const names = [
  ...(['begin', 'get', 'list', 'remove', 'link'] as const),
  ...(['open', 'carryOn', 'expire', 'erase'] as const),
]

/**
 * Makes the exports of a process, whose code is loaded by the first who asks; or at once, where a process lives on after
 * its requests and carries on what an earlier one began.
 */
export function exportsLater(needs: ExportNeeds): Exports {
  const load = async () => (await import('./exports')).createExports(needs)
  return serviceLater(load, names, { isNow: needs.platform.replays !== undefined })
}
