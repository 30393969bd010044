import type { ReadEvent } from '../event/reading'
import type { Readable, Refused } from './governing'
import { HELD } from './held'
import type { Pseudonymiser } from './personal/personal'
import type { Decision, FieldTreatment } from './policy/decision'
import { ANONYMOUS } from './signs'

interface About {
  sent: Readable
  decision: Decision
  context: Record<string, string>
  by: Pseudonymiser
}

/** Makes of an event that a rule holds what quarantine keeps. */
export function heldItem(
  { event, ...item }: Readable,
  { sent, decision, context, by }: About,
): Refused {
  const message = `Held by the rule ${decision.by} of the policy of its tenant, until somebody decides`
  return {
    ...item,
    raw: event.raw,
    errors: [{ path: [item.index], message, code: HELD }],
    around: {
      server: event.server,
      context: {
        ...termsUnder(context, decision.treatments, by),
        ...asSent(sent.event.raw, event, event.raw),
      },
    },
  }
}

/** Remembers of an item that is kept changed how it was sent, by which a resend is recognised. */
export function asSent(
  raw: string,
  event: Pick<ReadEvent, 'eventId' | 'contentDigest' | 'sentSha256'>,
  kept: string,
): Record<string, string> | undefined {
  if (raw === kept) return undefined
  const { eventId: sentId, contentDigest: sentDigest, sentSha256 } = event
  return {
    sentId,
    ...(sentDigest !== undefined && { sentDigest }),
    ...(sentSha256 !== undefined && { sentSha256 }),
  }
}

/** Says under whose name a person sent what is kept, by the name under which they are kept themselves. */
export function termsUnder(
  { learner }: Record<string, string>,
  treatments: readonly FieldTreatment[],
  by: Pick<Pseudonymiser, 'of'>,
): Record<string, string> | undefined {
  if (learner === undefined) return undefined
  if (treatments.length === 0) return { learner }
  const isKnown = treatments.every(({ treatment }) => treatment === 'pseudonymise')
  return { learner: isKnown ? by.of(learner) : ANONYMOUS }
}
