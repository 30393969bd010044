import type { ServingPlatform } from '../../platform/platform'
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
    begin: async (...asked) => (await load()).begin(...asked),
    list: async (...asked) => (await load()).list(...asked),
    get: async (whose) => (await load()).get(whose),
    wakeAll: async (...whose) => (await load()).wakeAll(...whose),
    steer: async (...asked) => (await load()).steer(...asked),
    async [Symbol.asyncDispose]() {
      await (await made)?.[Symbol.asyncDispose]()
    },
  }
}
