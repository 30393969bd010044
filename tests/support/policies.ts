import type { EventRecord } from '../../src/event/record'
import { compilePolicy } from '../../src/governance/policy/compile'
import type { Facts, Governable } from '../../src/governance/policy/decision'
import { defaultPolicy, type Policy, type Rule } from '../../src/governance/policy/policy'
import { aRecord } from './webhooks'

/** Nothing is known of the person and of the request. */
export const nobody: Facts = { isUnder13: false, consents: new Map(), isOptedOut: false }

export const policyOf = (rules: Rule[], more: Partial<Policy> = {}): Policy => ({
  ...defaultPolicy,
  version: 1,
  ...more,
  rules,
})

/** Decides by rules of an event that is as usual but for what is given. */
export function decide(
  rules: Rule[],
  event: Partial<Governable> | Partial<EventRecord> = {},
  facts: Partial<Facts> = {},
) {
  const record = { ...aRecord(), ...event } as Governable
  return compilePolicy(policyOf(rules)).decide(record, { ...nobody, ...facts })
}
