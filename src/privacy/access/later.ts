import { methodsLater } from '../../syntax/methods-later'
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
  let made: Promise<Access> | undefined
  function load() {
    made ??= import('./access').then(({ createAccess }) => createAccess(needs))
    return made
  }
  if (needs.platform.replays !== undefined) void load()

  return {
    ...methodsLater(load, names),
    async [Symbol.asyncDispose]() {
      await (await made)?.[Symbol.asyncDispose]()
    },
  }
}
