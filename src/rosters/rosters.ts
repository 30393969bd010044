import { randomUUID } from 'node:crypto'
import { AppError } from '../error/app-error'
import type { Clock } from '../platform/clock'
import { type DocumentStore, MAX_DOCUMENT_BYTES } from '../platform/document-store'
import { inTurns } from '../syntax/steps'
import { type Plan, planOf, type RosterChanges } from './changes'
import { unreadable } from './fault'
import { type StaffDocument, staffOf } from './groups-of'
import { formText } from './ids'
import { GROUPS, groupKey, ORGS, ROSTERS, STAFF, STATE, staffKey } from './keys'
import { type RosterForms, readRoster } from './read'
import type { RosterVersion, User, Warning } from './roster'
import { documentsOf, type GroupDocument } from './stored'
import { type Told, toldOf } from './told'

/** These counts are of what was read. */
export interface RosterCounts {
  organisations: number
  users: number
  classes: number
  enrolments: number
}

export interface LoadedRoster {
  version: RosterVersion
  counts: RosterCounts
  changes: RosterChanges
  warnings: Warning[]
}

/** The state says what is loaded of a tenant. */
export interface RosterState {
  /** `loading` while somebody loads, or where a load was cut short: then load it again. */
  status: 'none' | 'loading' | 'loaded'
  version?: string | undefined
  counts?: RosterCounts | undefined
  /** ISO 8601 UTC. */
  loadedAt?: string | undefined
  loadedBy?: string | undefined
  actorId?: string | undefined
  groupId?: string | undefined
}

export interface LoadOptions extends RosterForms {
  isDryRun: boolean
  /** The id of the key that asks. */
  by: string
}

/** Somebody of the staff, as the roster and what events told of them have it. */
export interface Staff extends StaffDocument {
  told: Told[]
}

/** Loads who teaches and learns what, and tells it. */
export interface Rosters {
  /**
   * Puts a roster in the place of the one that is loaded; of a dry run, says what that would change.
   * @param bytes a OneRoster ZIP
   * @throws {AppError} `invalid_request` with every fault, `too_large`, `wrong_state` while another loads
   * @throws {StorageError} a part may be in place; the same load does the rest
   */
  load(tenantId: string, bytes: Uint8Array, options: LoadOptions): Promise<LoadedRoster>
  state(tenantId: string): Promise<RosterState>
  staff(tenantId: string, actorId: string): Promise<Staff>
  /** @returns undefined when it is in no roster */
  group(tenantId: string, groupId: string): Promise<GroupDocument | undefined>
  /** Forgets all of it, what events told of people included. @returns how many documents it removed */
  remove(tenantId: string): Promise<number>
}

export interface RostersNeeds {
  documents: DocumentStore
  clock: Pick<Clock, 'now'>
  tombstones: {
    of(tenantId: string, ids: readonly string[]): Promise<ReadonlySet<string>>
  }
}

interface StateDocument extends RosterState {
  loadId: string
  since: string
}

// A load takes some seconds, and no request lives for so long: whoever began it then was killed.
const LOAD_MS = 5 * 60_000
// As many are under way at once: on AWS each is a call of some milliseconds.
const AT_ONCE = 64
const JSON_TYPE = { contentType: 'application/json' }
const TOMBSTONES = ['governance', 'tombstones']

export function createRosters({ documents, clock, tombstones }: RostersNeeds): Rosters {
  async function readState(tenantId: string) {
    const found = await documents.get(tenantId, STATE)
    if (found === undefined) return undefined
    const state = JSON.parse(Buffer.from(found.bytes).toString()) as StateDocument
    return { state, etag: found.etag }
  }

  /** Takes the tenant's turn to load. @throws {AppError} `wrong_state` */
  async function begin(tenantId: string): Promise<StateDocument> {
    const held = await readState(tenantId)
    const now = clock.now()
    const isTaken =
      held?.state.status === 'loading' && now.getTime() - Date.parse(held.state.since) < LOAD_MS
    const { version, counts, loadedAt, loadedBy, actorId, groupId } = held?.state ?? {}
    const state: StateDocument = {
      ...{ status: 'loading', version, counts, loadedAt, loadedBy, actorId, groupId },
      ...{ loadId: randomUUID(), since: now.toISOString() },
    }
    const condition = held === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: held.etag }
    const put = isTaken
      ? undefined
      : await documents.put(tenantId, STATE, contentOf(state), condition)
    if (put?.kind === 'stored') return state
    throw new AppError('wrong_state', 'Another roster of this organisation is being loaded.')
  }

  /** Tells when a person was erased last, as far as their tombstones go. */
  async function erasedSo(tenantId: string): Promise<string> {
    const { items } = await documents.list(tenantId, TOMBSTONES, { limit: 1000 })
    return items.map(({ etag }) => etag).join(' ')
  }

  async function wantedOf(tenantId: string, roster: Awaited<ReturnType<typeof readRoster>>) {
    const known = await erasedSo(tenantId)
    const ids = known === '' ? [] : [...roster.users.values()].flatMap((user) => user.ids)
    const erased = await tombstones.of(tenantId, ids)
    const isErased = ({ ids: own }: User) => own.some((id) => erased.has(id))
    const count = [...roster.users.values()].filter(isErased).length
    const wanted = await inTurns(documentsOf(roster, isErased))
    for (const { key, bytes } of wanted.values()) {
      if (bytes.length <= MAX_DOCUMENT_BYTES) continue
      const what = key[1] === ORGS[1] ? 'An organisation has too many classes' : TOO_LARGE
      throw unreadable([], `${what}: ${key[2]}`, 'too_large')
    }
    return { wanted, known, count }
  }

  async function carryOut(tenantId: string, { put, remove }: Plan): Promise<void> {
    const isStaff = ([, kind]: readonly string[]) => kind === STAFF[1]
    // Nobody is given anything before all is taken away that is to be.
    const steps = [
      remove.filter(({ key }) => isStaff(key)).map(removing),
      put.filter(({ wanted: { key }, etag }) => isStaff(key) && etag !== undefined).map(putting),
      put.filter(({ wanted: { key } }) => !isStaff(key)).map(putting),
      remove.filter(({ key }) => !isStaff(key)).map(removing),
      put.filter(({ wanted: { key }, etag }) => isStaff(key) && etag === undefined).map(putting),
    ]
    for (const step of steps) {
      for (let at = 0; at < step.length; at += AT_ONCE) {
        await Promise.all(step.slice(at, at + AT_ONCE).map((work) => work()))
        await new Promise((resolve) => setImmediate(resolve))
      }
    }

    function putting({ wanted: { key, bytes } }: Plan['put'][number]) {
      return () => documents.put(tenantId, key, { bytes, ...JSON_TYPE })
    }
    function removing({ key }: Plan['remove'][number]) {
      return () => documents.delete(tenantId, key)
    }
  }

  async function load(
    tenantId: string,
    bytes: Uint8Array,
    { isDryRun, by, actor, group }: LoadOptions,
  ): Promise<LoadedRoster> {
    const roster = await readRoster(bytes, { actor, group })
    const counts: RosterCounts = {
      organisations: roster.orgs.size,
      users: roster.users.size,
      classes: roster.classes.size,
      enrolments: roster.enrolments,
    }
    let found = await wantedOf(tenantId, roster)
    const lock = isDryRun ? undefined : await begin(tenantId)
    const plan = await planOf(documents, tenantId, found.wanted)
    if (lock !== undefined) {
      try {
        await carryOut(tenantId, plan)
        // Whoever was erased meanwhile may have been searched for before we put them.
        while ((await erasedSo(tenantId)) !== found.known) {
          found = await wantedOf(tenantId, roster)
          await carryOut(tenantId, await planOf(documents, tenantId, found.wanted))
        }
      } catch (thrown) {
        // The next may come at once, and finds what is there.
        const cut: StateDocument = { ...lock, since: new Date(0).toISOString() }
        await documents.put(tenantId, STATE, contentOf(cut)).catch(() => {})
        throw thrown
      }
      const state: StateDocument = {
        ...{ ...lock, status: 'loaded', version: roster.version, counts, loadedBy: by },
        ...{ loadedAt: clock.now().toISOString(), groupId: formText(group) },
        actorId: actor && formText(actor),
      }
      await documents.put(tenantId, STATE, contentOf(state))
    }
    const warnings = [...roster.warnings]
    if (found.count > 0) warnings.push({ code: 'erased', message: ERASED, count: found.count })
    return { version: roster.version, counts, changes: plan.changes, warnings }
  }

  // One is in memory at a time: that of a large university takes some hundred megabytes.
  let last: Promise<unknown> = Promise.resolve()

  return {
    load(...given) {
      const loading = last.then(() => load(...given))
      last = loading.catch(() => {})
      return loading
    },

    async state(tenantId) {
      const held = await readState(tenantId)
      if (held === undefined) return { status: 'none' }
      const { loadId: _, since: __, ...state } = held.state
      return state
    },

    async staff(tenantId, actorId) {
      const found = await documents.get(tenantId, staffKey(actorId))
      const { teaches, manages, terms, orgs } = staffOf(found?.bytes)
      const told = await toldOf(documents, tenantId, actorId, clock.now())
      return { teaches, manages, ...(terms && { terms }), ...(orgs && { orgs }), told }
    },

    async group(tenantId, groupId) {
      const found = await documents.get(tenantId, groupKey(groupId))
      return found && (JSON.parse(Buffer.from(found.bytes).toString()) as GroupDocument)
    },

    async remove(tenantId) {
      await begin(tenantId)
      // Its own mark is none of what was there.
      let removed = -1
      // Staff first: from then on nobody sees anything by it.
      for (const place of [STAFF, GROUPS, ROSTERS]) {
        removed += (await documents.deletePrefix(tenantId, place)).removed
      }
      return removed
    },
  }

  function contentOf(state: StateDocument) {
    return { bytes: Buffer.from(JSON.stringify(state)), ...JSON_TYPE }
  }
}

const TOO_LARGE = 'A class or a person of the staff has too many enrolments'
const ERASED = 'People who were erased are left out (docs/erasure.md)'
