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
    append: async (...audited) => (await load()).append(...audited),
    note(...noted) {
      if (trail !== undefined) trail.note(...noted)
      else void load().then((loaded) => loaded.note(...noted))
    },
    // Notes from before the code was there are taken by now: both wait for the same promise.
    settle: async () => (await loading)?.settle(),
    list: async (...asked) => (await load()).list(...asked),
    verify: async (...asked) => (await load()).verify(...asked),
    catchUp: async (tenantId) => (await load()).catchUp(tenantId),
    forget: async (...asked) => (await load()).forget(...asked),
    async [Symbol.asyncDispose]() {
      await (await loading)?.[Symbol.asyncDispose]()
    },
  }
}
