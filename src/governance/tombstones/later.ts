import type { Tombstones, TombstonesNeeds } from './tombstones'

/** Makes the tombstones of a process, whose code is loaded by the first who asks. */
export function tombstonesLater(needs: Omit<TombstonesNeeds, 'setHasTombstones'>): Tombstones {
  let made: Promise<Tombstones> | undefined
  function load() {
    made ??= Promise.all([import('./tombstones'), import('../policies')]).then(
      ([{ createTombstones }, { createPolicies }]) => {
        const policies = createPolicies(needs)
        const setHasTombstones = (tenantId: string, hasTombstones: boolean) =>
          policies.flag(tenantId, { hasTombstones })
        return createTombstones({ ...needs, setHasTombstones })
      },
    )
    return made
  }

  return {
    of: async (...asked) => (await load()).of(...asked),
    put: async (...asked) => (await load()).put(...asked),
    lift: async (...asked) => (await load()).lift(...asked),
    digestOf: async (...asked) => (await load()).digestOf(...asked),
  }
}
