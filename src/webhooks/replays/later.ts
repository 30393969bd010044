import type { ServingPlatform } from '../../platform/platform'
import { methodsLater } from '../../syntax/methods-later'
import type { Replays, ReplaysNeeds } from './replays'

/**
 * Makes the replays of a process, whose code is loaded by the first who asks; or at once, where a
 * process lives on after its requests and carries on what an earlier one began.
 */
export function replaysLater(platform: ServingPlatform, needs: ReplaysNeeds): Replays {
  let made: Promise<Replays> | undefined
  function load() {
    made ??= import('./replays').then(({ createReplays }) => createReplays(platform, needs))
    return made
  }
  if (platform.replays !== undefined) void load()

  return {
    ...methodsLater(load, ['begin', 'list', 'get', 'wakeAll', 'steer']),
    async [Symbol.asyncDispose]() {
      await (await made)?.[Symbol.asyncDispose]()
    },
  }
}
