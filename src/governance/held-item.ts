import type { Issue } from '../error/issue'
import { contentDigest } from '../event/content'
import type { ReadEvent } from '../event/reading'
import { BLOCKED, type Blocked } from './blocklist/blocklist'
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
export function heldItem(item: Readable, about: About): Refused {
  const message = `Held by the rule ${about.decision.by} of the policy of its tenant, until somebody decides`
  return itemBecause({ path: [item.index], message, code: HELD }, item, about)
}

/** Makes of an event whose sender is blocked what quarantine keeps. */
export function blockedItem(item: Readable, blocked: Blocked, about: About): Refused {
  return withRule(itemBecause(blockedIssue(blocked, [item.index]), item, about), blocked)
}

/** Adds to what is refused all the same that its sender is blocked. */
export function alsoBlocked(item: Refused, blocked: Blocked): Refused {
  const errors = [blockedIssue(blocked, [item.index]), ...item.errors]
  return withRule({ ...item, errors }, blocked)
}

/** Remembers by which rule, since what is kept may no longer say what the rule asks for. */
function withRule(item: Refused, { rule }: Blocked): Refused {
  const { around } = item
  return { ...item, around: { ...around, context: { ...around?.context, blockedBy: rule } } }
}

/** Says of an item that its sender is blocked. */
function blockedIssue({ rule }: Blocked, path: Issue['path']): Issue {
  const message = `Its sender is blocked for now, by the rule ${rule} of the blocklist of its tenant`
  return { path, message, code: BLOCKED }
}

function itemBecause(
  error: Issue,
  { event, ...item }: Readable,
  { sent, decision, context, by }: About,
): Refused {
  return {
    ...item,
    raw: event.raw,
    errors: [error],
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
  const { eventId: sentId, contentDigest: sentDigest = contentDigest(raw), sentSha256 } = event
  return {
    sentId,
    sentDigest,
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
