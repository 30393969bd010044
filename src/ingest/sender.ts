import type { ServerFacts } from '../event/record'
import type { Principal } from '../identity/principal'
import { allows } from '../identity/xapi-rights'
import type { Arrival, Sender } from './arrival'

/**
 * Says who sends, with what the server saw, and under which terms (`SentBy`): whichever door they came
 * by, it need not know of these.
 */
export function senderBy(
  principal: Principal,
  seen: Omit<ServerFacts, 'subject'>,
  optOut?: Sender['optOut'],
): Sender {
  const { tenantId, sourceId, keyId, person, origins } = principal
  const facts = { subject: keyId, ...seen }
  const server = allows(principal, 'define') ? facts : { ...facts, defines: false as const }
  const sender = {
    ...{ tenantId, sourceId, server, from: seen.ip },
    ...(optOut !== undefined && { optOut }),
  }
  if (person !== undefined) return { ...sender, sentUnder: { learner: person.learnerId } }
  // A key of a page is read out of it by anybody.
  return origins === undefined ? sender : { ...sender, sentUnder: { begins: 'none' } }
}

/**
 * Puts the terms of a sender into the context of what they sent, with which they stay in quarantine. They
 * concern sessions, and what is sent in the own name: standards that know of either.
 */
export function contextUnderTerms({
  sender: { sentUnder },
  standard,
  context,
}: Pick<Arrival, 'sender' | 'standard' | 'context'>): Record<string, string> | undefined {
  return sentUnder === undefined || standard.beginsSession === undefined
    ? context
    : { ...context, ...sentUnder }
}
