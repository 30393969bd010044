import type { Audited } from '../audit/trail'
import type { Principal } from '../identity/principal'
import type { AppDeps } from './context'

type Needs = Pick<AppDeps, 'services' | 'platform'>

/**
 * Puts into the trail of a tenant what somebody has just changed; its answer waits until that is durable.
 * @param tenantId whose trail, where it is another's than the key's
 * @throws {StorageError} the change stands all the same
 */
export async function audited(
  deps: Needs,
  principal: Principal,
  done: Omit<Audited, 'by'>,
  tenantId = principal.tenantId,
): Promise<void> {
  await deps.services.audit.append(tenantId, { ...done, by: await nameOf(deps, principal) })
}

interface Read {
  /** How much was given out. */
  count: number
  /** The id of a person who was asked for, if one was. */
  person?: string | undefined
  /** In which form, where there are several: `raw`, `event`, … */
  fields?: string | undefined
}

/** Notes that personal data were read: one entry a minute for each key and route (`audit/notes.ts`). */
export async function readNoted(
  deps: Needs,
  principal: Principal,
  route: string,
  { count, person, fields }: Read,
): Promise<void> {
  const by = await nameOf(deps, principal)
  const whom = person && { person: await personName(deps, principal.tenantId, person) }
  const details = { count, ...whom, ...(fields && { fields }) }
  deps.services.audit.note(principal.tenantId, { action: 'data.read', by, target: route, details })
}

/** Names whoever asks: a key by its id, a person by a digest. */
async function nameOf(deps: Needs, { keyId, person, tenantId }: Principal): Promise<string> {
  return person === undefined ? keyId : personName(deps, tenantId, person.learnerId)
}

/** Stands for a person by a digest under a key of this installation, which nobody else can make or turn back. */
export async function personName(
  { platform }: Needs,
  tenantId: string,
  id: string,
): Promise<string> {
  const tokens = await platform.tokens()
  const [, digest] = tokens.issue(0, JSON.stringify(['audited person', tenantId, id])).split('.')
  return `person:${digest}`
}
