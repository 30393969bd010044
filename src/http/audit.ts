import { roleOf } from '../access/roles/viewer'
import type { Audited } from '../audit/trail'
import type { Principal } from '../identity/principal'
import type { Viewer } from '../identity/viewer'
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
  /** The id of a person who was asked for, or whose it is, if it is of one. */
  person?: string | undefined
  /** The id of a course, a section or a group that was asked for, if one was. */
  group?: string | undefined
  /** In which form, or which fields: `raw`, `event`, `eventTime,type`, … */
  fields?: string | undefined
}

/**
 * Notes that personal data were read: the record of disclosures of 34 CFR 99.32, with whoever read, their
 * role, whom it was about, and why if they said. What is alike is one entry a minute (`audit/notes.ts`).
 * @param reader a viewer, where a role says what is read
 * @throws {StorageError} while no more can be noted, so that nobody reads unnoticed
 */
export async function readNoted(
  deps: Needs,
  reader: Principal | Viewer,
  route: string,
  read: Read,
): Promise<void> {
  const principal = 'principal' in reader ? reader.principal : reader
  const role = 'principal' in reader ? reader.role : roleOf(reader)
  const { count, fields } = read
  const { tenantId, reason } = principal
  const by = await nameOf(deps, principal)
  const details = {
    count,
    ...(role && { role }),
    ...(await aboutWhom(deps, reader, tenantId, read)),
    ...(fields && { fields }),
    ...(reason && { why: reason }),
  }
  const { audit } = deps.services
  audit.note(tenantId, { action: 'data.read', by, target: route, details })
  await audit.room()
}

// A teacher has some; of more than this, an entry says how many.
const MAX_GROUPS = 20

/** Says whose data were read: a person's by a digest, a group's, or of everybody who may be seen. */
async function aboutWhom(
  deps: Needs,
  reader: Principal | Viewer,
  tenantId: string,
  { person, group }: Read,
): Promise<Record<string, unknown>> {
  if (person || group) {
    const named = person && { person: await personName(deps, tenantId, person) }
    return { ...named, ...(group && { group }) }
  }
  if (!('visibility' in reader)) return {}
  const { visibility } = reader
  if (visibility.kind !== 'some') return { of: visibility.kind }
  const { groups } = visibility
  if (groups.length === 0) return { of: 'themself' }
  if (groups.length > MAX_GROUPS) return { of: `${groups.length} groups` }
  return { of: 'groups', groups: groups.toSorted() }
}

/** Names whoever asks: a key by its id, a person by a digest. */
export async function nameOf(deps: Needs, { keyId, person, tenantId }: Principal): Promise<string> {
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
