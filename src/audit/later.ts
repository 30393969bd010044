import { methodsLater } from '../syntax/methods-later'
import type { AuditNeeds } from './create'
import type { AuditTrail } from './trail'

/** Makes the trail of a process, whose code is loaded with the first that is audited. */
export function auditLater(needs: AuditNeeds): AuditTrail {
  let loading: Promise<AuditTrail> | undefined
  let trail: AuditTrail | undefined
  function load() {
    loading ??= import('./create').then(({ createAuditTrail }) => {
      trail = createAuditTrail(needs)
      return trail
    })
    return loading
  }

  return {
    ...methodsLater(load, ['append', 'list', 'verify', 'catchUp', 'forget']),
    note(...noted) {
      if (trail !== undefined) trail.note(...noted)
      else void load().then((loaded) => loaded.note(...noted))
    },
    room: async () => (await loading)?.room(),
    // Notes from before the code was there are taken by now: both wait for the same promise.
    settle: async () => (await loading)?.settle(),
    async [Symbol.asyncDispose]() {
      await (await loading)?.[Symbol.asyncDispose]()
    },
  }
}
