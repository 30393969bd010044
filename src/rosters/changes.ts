import type { DocumentEntry, DocumentStore } from '../platform/document-store'
import { type StaffDocument, staffOf } from './groups-of'
import { GROUPS, ORGS, STAFF } from './keys'
import { type GroupDocument, memberName, nameOf, type Wanted } from './stored'

/** Says what a load changes. */
export interface RosterChanges {
  classes: Counts
  enrolments: Pick<Counts, 'added' | 'removed'>
  organisations: Counts
  staff: Counts
  /** The first hundred people whose access changes, those who lose some first. */
  access: AccessChange[]
}

export interface Counts {
  added: number
  changed: number
  removed: number
}

/** Somebody may see these groups, or all of these organisations, and could not before; or the other way. */
export interface AccessChange {
  actor: string
  gains: string[]
  loses: string[]
}

type Documents = Pick<DocumentStore, 'get' | 'list'>

/** A plan has what is to be put and deleted. */
export interface Plan {
  /** A document that is there is put with the etag that it had. */
  put: { wanted: Wanted; etag: string | undefined }[]
  remove: DocumentEntry[]
  changes: RosterChanges
}

const PAGE = 1000
// A person reads these; the counts are of all.
const MOST_NAMED = 100
const AT_ONCE = 32

/** Compares what is to be with what is there. */
export async function planOf(
  documents: Documents,
  tenantId: string,
  wanted: ReadonlyMap<string, Wanted>,
): Promise<Plan> {
  const there = new Map<string, DocumentEntry>()
  for (const place of [STAFF, GROUPS, ORGS]) {
    let cursor: string | undefined
    do {
      const page = await documents.list(tenantId, place, { limit: PAGE, cursor })
      for (const entry of page.items) there.set(nameOf(entry.key), entry)
      cursor = page.nextCursor
    } while (cursor !== undefined)
  }
  const put: Plan['put'] = []
  for (const [name, one] of wanted) {
    const etag = there.get(name)?.etag
    if (etag !== one.etag) put.push({ wanted: one, etag })
  }
  const remove = [...there].filter(([name]) => !wanted.has(name)).map(([, entry]) => entry)
  return { put, remove, changes: await changesOf(documents, tenantId, { put, remove }) }
}

async function changesOf(
  documents: Documents,
  tenantId: string,
  { put, remove }: Omit<Plan, 'changes'>,
): Promise<RosterChanges> {
  const none = () => ({ added: 0, changed: 0, removed: 0 })
  const changes: RosterChanges = {
    ...{ classes: none(), enrolments: { added: 0, removed: 0 } },
    ...{ organisations: none(), staff: none(), access: [] },
  }
  const countsOf = ([, kind]: readonly string[]) => {
    if (kind === STAFF[1]) return changes.staff
    return kind === ORGS[1] ? changes.organisations : changes.classes
  }

  const all = [
    ...put.map(({ wanted, etag }) => ({
      key: wanted.key,
      after: wanted.bytes as Uint8Array | undefined,
      isThere: etag !== undefined,
    })),
    ...remove.map(({ key }) => ({ key, after: undefined, isThere: true })),
  ]
  for (let at = 0; at < all.length; at += AT_ONCE) {
    await Promise.all(
      all.slice(at, at + AT_ONCE).map(async ({ key, after, isThere }) => {
        const counts = countsOf(key)
        if (after === undefined) counts.removed += 1
        else if (isThere) counts.changed += 1
        else counts.added += 1
        const before = isThere ? (await documents.get(tenantId, key))?.bytes : undefined
        if (counts === changes.classes) noteMembers(changes, before, after)
        if (counts === changes.staff) noteAccess(changes, before, after)
      }),
    )
    // Others have the thread in between.
    await new Promise((resolve) => setImmediate(resolve))
  }
  changes.access = changes.access
    .toSorted((a, b) => Math.sign(b.loses.length) - Math.sign(a.loses.length))
    .slice(0, MOST_NAMED)
  return changes
}

function noteMembers(
  { enrolments }: RosterChanges,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
) {
  const [old, now] = [before, after].map((bytes) => new Set(membersIn(bytes)))
  for (const name of now!) if (!old!.has(name)) enrolments.added += 1
  for (const name of old!) if (!now!.has(name)) enrolments.removed += 1
}

function membersIn(bytes: Uint8Array | undefined): string[] {
  if (bytes === undefined) return []
  const { members } = JSON.parse(Buffer.from(bytes).toString()) as GroupDocument
  return members.map(memberName)
}

// The changes that are shown are chosen of so many: whoever loses something must not be hidden behind others.
const MOST_KEPT = 10_000
const MOST_GROUPS = 20

function noteAccess(
  { access }: RosterChanges,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
) {
  if (access.length >= MOST_KEPT) return
  const [old, now] = [before, after].map((bytes) => seenBy(staffOf(bytes)))
  const gains = [...now!].filter((one) => !old!.has(one))
  const loses = [...old!].filter((one) => !now!.has(one))
  if (gains.length + loses.length === 0) return
  const { id = '' } = staffOf(after ?? before) as StaffDocument & { id?: string }
  access.push({
    actor: id,
    gains: gains.slice(0, MOST_GROUPS),
    loses: loses.slice(0, MOST_GROUPS),
  })
}

function seenBy({ teaches, manages, terms = [], orgs = [] }: StaffDocument): Set<string> {
  return new Set([
    ...teaches,
    ...manages,
    ...terms.map(({ group }) => group),
    ...orgs.map(({ org }) => `organisation ${org}`),
  ])
}
