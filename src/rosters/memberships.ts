import type { ReadEvent } from '../event/reading'
import type { EventRecord } from '../event/record'
import type { Clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import { standardNamed } from '../standards'
import type { ToldMembership } from '../standards/standard'
import { segmentOf, toldPrefix } from './keys'
import type { Does, Told } from './told'

/** Whoever sent events, as far as it matters when they told. */
type Origin = Pick<EventRecord, 'tenantId' | 'receivedAt'>

/** Hears what events of trusted sources tell of who teaches what. */
export interface Memberships {
  /**
   * Keeps what these tell of people of the staff, before they are governed. Of learners nothing is kept.
   * @throws {StorageError} then nothing of the request may be kept
   */
  hear(events: readonly ReadEvent[], origin: Origin): Promise<void>
}

export interface MembershipsNeeds {
  documents: Pick<DocumentStore, 'get' | 'put'>
  clock: Pick<Clock, 'monotonic'>
  tombstones: {
    of(tenantId: string, ids: readonly string[]): Promise<ReadonlySet<string>>
  }
}

// Each event of a class tells the same: what was looked up is remembered for some minutes.
const KNOWN_MS = 5 * 60_000
const MOST_KNOWN = 20_000
// A membership that is told again and again is put again once a day, so that it is known when it was told last.
const AGAIN_MS = 24 * 60 * 60 * 1000
// Metadata of a document have 2 KB, of which the id of a group may take most.
const MAX_GROUP_BYTES = 1_500
// Two requests that tell of one person in one group lose a try.
const TRIES = 5

interface Heard extends Told {
  member: string
}

export function createMemberships(needs: MembershipsNeeds): Memberships {
  const { documents, clock, tombstones } = needs
  const known = new Map<string, { does: Does; at: string; until: number }>()

  async function keep(tenantId: string, { member, ...told }: Heard): Promise<void> {
    const key = [...toldPrefix(member), segmentOf(told.group)]
    const name = JSON.stringify([tenantId, key])
    const now = clock.monotonic()
    const before = known.get(name)
    if (before !== undefined && before.until > now && isSaid(before, told)) return
    const stands = await store(tenantId, key, told)
    known.delete(name)
    known.set(name, { ...stands, until: now + KNOWN_MS })
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!)
  }

  /** The later stands of two that tell of one person in one group. @returns what stands */
  async function store(tenantId: string, key: readonly string[], told: Told) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const found = await documents.get(tenantId, key)
      const stands = found === undefined ? undefined : (found.metadata as unknown as Told)
      if (stands === undefined && told.does === 'nothing') return told
      if (stands !== undefined && isSaid(stands, told)) return stands
      const [erased] = await tombstones.of(tenantId, [key[2] ?? ''])
      if (erased !== undefined) return told
      const content = {
        bytes: Buffer.from(JSON.stringify(told)),
        contentType: 'application/json',
        metadata: { group: told.group, does: told.does, at: told.at },
      }
      const condition =
        found === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: found.etag }
      const { kind } = await documents.put(tenantId, key, content, condition)
      if (kind === 'stored') return told
    }
    // Others told of the same at the same time, and what they told stands for now.
    return told
  }

  return {
    async hear(events, { tenantId, receivedAt }) {
      const latest = new Map<string, Heard>()
      for (const event of events) {
        if (event.membershipRoles === undefined) continue
        const membershipIn = await standardNamed(event.standard)?.loadMembershipIn?.()
        const told = membershipIn?.(JSON.parse(event.raw))
        if (told === undefined || Buffer.byteLength(told.group) > MAX_GROUP_BYTES) continue
        // An event that is dated ahead would stand against all that is told until then.
        const [at] = [event.eventTime, receivedAt].sort() as [string, string]
        const heard = { member: told.member, group: told.group, does: doing(told), at }
        const name = JSON.stringify([told.member, told.group])
        if (!((latest.get(name)?.at ?? '') > at)) latest.set(name, heard)
      }
      for (const heard of latest.values()) await keep(tenantId, heard)
    },
  }
}

/** Tells whether what stands makes it needless to keep what was told now. */
function isSaid(stands: Pick<Told, 'does' | 'at'>, told: Told): boolean {
  if (stands.at >= told.at) return true
  return stands.does === told.does && Date.parse(told.at) - Date.parse(stands.at) < AGAIN_MS
}

// LIS 2, Appendix B: an instructor of any kind, and whoever administers.
function doing({ roles, isActive }: ToldMembership): Does {
  if (!isActive) return 'nothing'
  const is = (role: string) => roles.some((one) => one === role || one.startsWith(`${role}#`))
  if (is('Instructor')) return 'teaches'
  return is('Administrator') ? 'manages' : 'nothing'
}
