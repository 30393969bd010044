import { OWN_SOURCE } from '../../event/own'
import type { EventRecord } from '../../event/record'
import { compilePolicy } from '../../governance/policy/compile'
import type { Facts } from '../../governance/policy/decision'
import type { Policy } from '../../governance/policy/policy'
import { createTrial, type Tried } from '../../governance/policy/trial'
import { PAGE_BYTES } from '../../platform/event-store'
import { eachOf, inTurns } from '../../syntax/steps'
import type { AppDeps } from '../context'

/** So many events are looked at, at most. */
export const MAX_LAST = 10_000

// An administrator waits no longer; a function on AWS has thirty seconds for all of a request.
const PATIENCE_MS = 5_000
const PAGE = 500

/** Tries a policy with the events that arrived last, page by page, so that one page is in memory. */
export async function tryWithLast(
  { services, platform, answers, options }: AppDeps,
  tenantId: string,
  { policy, last }: { policy: Policy | undefined; last: number },
  gone: AbortSignal,
): Promise<Tried & { isAll: boolean }> {
  const { clock, config } = options
  const inForce = await services.policies.inForce(tenantId)
  const types = await services.findTypes(tenantId)
  const { environment } = config
  const compiled = policy === undefined ? inForce.compiled : compilePolicy(policy, { environment })
  const tried = { ...inForce, policy: policy ?? inForce.policy, compiled }
  // Consents are read where one of the two asks for them.
  const asksConsent = compiled.asksConsent || inForce.compiled.asksConsent
  const asking = { ...tried, compiled: { ...compiled, asksConsent } }
  const trial = createTrial(tried.policy, compiled, inForce.compiled)
  const end = clock.monotonic() + PATIENCE_MS
  let left = last
  let cursor: string | undefined

  function add(record: EventRecord, facts: Facts) {
    const { sampling } = types.find(record.type)?.type ?? {}
    const isTyped = record.category !== undefined
    trial.add(isTyped && sampling !== undefined ? { ...record, sampling } : record, facts)
  }

  do {
    const hold = await answers.take(tenantId, PAGE_BYTES, gone)
    try {
      const page = { limit: Math.min(PAGE, left), cursor, maxBytes: PAGE_BYTES }
      const { items, nextCursor } = await platform.events.latest(tenantId, {}, page)
      // Entries of the audit trail are stored by us: no policy is asked of them.
      const sent = items.filter(({ sourceId }) => sourceId !== OWN_SOURCE)
      const facts = await services.governance.factsOf(sent, asking)
      let at = 0
      await inTurns(
        eachOf(sent, (record) => {
          add(record, facts[at]!)
          at += 1
        }),
      )
      left -= sent.length
      cursor = nextCursor
    } finally {
      hold.release()
    }
  } while (cursor !== undefined && left > 0 && clock.monotonic() < end)
  return { ...trial.result(), isAll: left === 0 || cursor === undefined }
}
