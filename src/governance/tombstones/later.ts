import type { Policies } from '../policies'
import type { Tombstones, TombstonesNeeds } from './tombstones'

interface Needs extends Omit<TombstonesNeeds, 'setHasTombstones'> {
  /** That of the process, which looks for erased people at once when there are some. */
  policies: Pick<Policies, 'flag'>
}

/** Makes the tombstones of a process, whose code is loaded by the first who asks. */
export function tombstonesLater({ policies, ...needs }: Needs): Tombstones {
  let made: Promise<Tombstones> | undefined
  function load() {
    made ??= import('./tombstones').then(({ createTombstones }) => {
      const setHasTombstones = (tenantId: string, hasTombstones: boolean) =>
        policies.flag(tenantId, { hasTombstones })
      return createTombstones({ ...needs, setHasTombstones })
    })
    return made
  }

  return {
    of: async (...asked) => (await load()).of(...asked),
    put: async (...asked) => (await load()).put(...asked),
    lift: async (...asked) => (await load()).lift(...asked),
    digestOf: async (...asked) => (await load()).digestOf(...asked),
  }
}
