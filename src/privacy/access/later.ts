import type { Access, AccessNeeds } from './access'

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
    begin: async (asked) => (await load()).begin(asked),
    get: async (whose) => (await load()).get(whose),
    list: async (tenantId) => (await load()).list(tenantId),
    mine: async (...of) => (await load()).mine(...of),
    open: async (...asked) => (await load()).open(...asked),
    carryOn: async (...asked) => (await load()).carryOn(...asked),
    expire: async (tenantIds) => (await load()).expire(tenantIds),
    erase: async (...asked) => (await load()).erase(...asked),
    async [Symbol.asyncDispose]() {
      await (await made)?.[Symbol.asyncDispose]()
    },
  }
}
