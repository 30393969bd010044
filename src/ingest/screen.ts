import type { Reading } from '../event/reading'
import { sentBy } from '../event/sent-by'
import type { Governance } from '../governance/governance'
import { standardNamed } from '../standards'
import type { Origin, Stored } from './arrival'
import type { SessionDocuments } from './sessions'
import type { Ready } from './steps/govern'

interface Needs {
  documents?: SessionDocuments | undefined
  /** Knows people again who are kept under a pseudonym. */
  governance?: Pick<Governance, 'isSamePerson'> | undefined
}

/**
 * Holds items to the terms under which they were sent: a person sends as themselves, and the door of
 * sessions takes what is of a session, by its owner. Most readings have no such terms.
 */
export async function screened(
  reading: Reading,
  origin: Pick<Origin, 'tenantId'>,
  { documents, governance }: Needs,
): Promise<Reading> {
  const { door, learner } = sentBy(reading.context)
  if (door === undefined && learner === undefined) return reading
  const { screen } = await import('./sessions')
  return screen(reading, origin, documents, governance)
}

/**
 * Remembers whose the sessions are that began among what was stored, duplicates included: whoever
 * stored the first may have died before it was remembered.
 */
export async function rememberSessions(
  { standard, context }: Pick<Reading, 'standard' | 'context'>,
  stored: readonly Stored[],
  origin: Pick<Origin, 'tenantId'> & Pick<Ready, 'sessions'>,
  { documents }: Needs,
): Promise<void> {
  const type = standardNamed(standard)?.beginsSession
  if (type === undefined || documents === undefined) return
  const { learner, begins } = sentBy(context)
  // Whoever sends as themselves does not say whose a session is: they might take another's id.
  if (learner !== undefined || begins === 'none') return
  const first = stored.filter(({ item }) => item.event.type === type)
  if (first.length === 0) return
  const { remember } = await import('./sessions')
  await remember(first, origin, documents)
}
