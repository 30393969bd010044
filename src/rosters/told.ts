import type { DocumentStore } from '../platform/document-store'
import { toldPrefix } from './keys'

/** An event told this of somebody in a group. Whoever is a learner there does nothing that counts here. */
export type Does = 'teaches' | 'manages' | 'nothing'

export interface Told {
  group: string
  does: Does
  /** It was told then, ISO 8601 UTC. */
  at: string
}

/** A membership that nobody has told again for longer than a school year is not believed any more. */
export const BELIEVED_MS = 400 * 24 * 60 * 60 * 1000

// Somebody teaches a dozen groups a term; a machine that administers all of them is nobody's teacher.
const MOST = 1000

/** Reads what events told of somebody, as far as it is still believed. */
export async function toldOf(
  documents: Pick<DocumentStore, 'list'>,
  tenantId: string,
  actorId: string,
  now: Date,
): Promise<Told[]> {
  const since = new Date(now.getTime() - BELIEVED_MS).toISOString()
  const { items } = await documents.list(tenantId, toldPrefix(actorId), { limit: MOST })
  return items
    .map(({ metadata }) => metadata as unknown as Told)
    .filter(({ does, at }) => does !== 'nothing' && at >= since)
}
