import { combineBy } from './combine'
import type { CompiledPolicy } from './decision'
import type { Policy } from './policy'

const NO_RULES: readonly number[] = []

/** A policy without rules needs no index. */
export function withoutRules(policy: Policy): CompiledPolicy {
  const combine = combineBy(policy)
  return {
    version: policy.version,
    asksConsent: false,
    treatsPeople: false,
    asksCommonAction: false,
    matching: () => NO_RULES,
    decide: (event, facts) => combine(event, [], facts),
  }
}
