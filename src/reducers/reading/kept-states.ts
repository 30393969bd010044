import { comparableId } from '../../event/person-id'
import type { Clock } from '../../platform/clock'
import type { DocumentEntry, DocumentKey, DocumentStore } from '../../platform/document-store'
import { segmentOf } from '../../rosters/keys'
import { type Build, readBuilds, type TenantBuilds } from '../kept/builds'
import { keyOf, LEARNERS, learnerPrefix, MEMBERS, REDUCERS } from '../kept/places'
import { decodeStates, type StateDocument, slotOf } from '../kept/state-document'
import type { ReducerStates, ShownState } from '../states'

interface Needs {
  documents: Pick<DocumentStore, 'get' | 'list'>
  clock: Pick<Clock, 'monotonic'>
}

// Readers see within a second that a rebuild has taken the place of what was shown.
const BUILDS_MS = 500
const MOST_TENANTS = 500
// A learner writes some hundred documents in their years at a school.
const MOST_OF_LEARNER = 1_000
const PAGE = 1_000
// On AWS a read takes some milliseconds, and so many are under way at once.
const AT_ONCE = 32

/** Reads states where reducing keeps them (`kept/`). */
export function createKeptStates({ documents, clock }: Needs): ReducerStates {
  const known = new Map<string, { builds: Promise<TenantBuilds>; until: number }>()

  function buildsOf(tenantId: string): Promise<TenantBuilds> {
    const now = clock.monotonic()
    const before = known.get(tenantId)
    if (before !== undefined && before.until > now) return before.builds
    const builds = readBuilds(documents, tenantId).then((found) => found.builds)
    known.delete(tenantId)
    known.set(tenantId, { builds, until: now + BUILDS_MS })
    builds.catch(() => known.delete(tenantId))
    if (known.size > MOST_TENANTS) known.delete(known.keys().next().value!)
    return builds
  }

  async function shownBuild(tenantId: string, reducer: string): Promise<Build | undefined> {
    const builds = await buildsOf(tenantId)
    return Object.hasOwn(builds, reducer) ? builds[reducer]?.shown : undefined
  }

  async function read(tenantId: string, key: DocumentKey, reducer: string, { build }: Build) {
    const found = await documents.get(tenantId, key)
    return found && shownIn(decodeStates(found.bytes), reducer, build)
  }

  async function readAll(
    tenantId: string,
    keys: readonly DocumentKey[],
    reducer: string,
    build: Build,
  ): Promise<ShownState[]> {
    const states: ShownState[] = []
    for (let at = 0; at < keys.length; at += AT_ONCE) {
      const some = keys.slice(at, at + AT_ONCE)
      const found = await Promise.all(some.map((key) => read(tenantId, key, reducer, build)))
      for (const state of found) if (state !== undefined) states.push(state)
    }
    return states
  }

  async function listed(tenantId: string, prefix: DocumentKey, most: number) {
    const entries: DocumentEntry[] = []
    let cursor: string | undefined
    do {
      const limit = Math.min(PAGE, most - entries.length)
      const page = await documents.list(tenantId, prefix, { limit, cursor })
      entries.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== undefined && entries.length < most)
    return entries
  }

  async function ofLearner(tenantId: string, reducer: string, learner: string) {
    const build = await shownBuild(tenantId, reducer)
    if (build === undefined) return []
    const { scope } = build
    if (scope === 'learner') return readAll(tenantId, [learnerPrefix(learner)], reducer, build)
    if (typeof scope !== 'object') return []
    const prefix = [...learnerPrefix(learner), scope.learnerAnd]
    const entries = await listed(tenantId, prefix, MOST_OF_LEARNER)
    return readAll(
      tenantId,
      entries.map(({ key }) => key),
      reducer,
      build,
    )
  }

  return {
    ofLearner,

    async ofLearners(tenantId, reducer, learners) {
      const states: ShownState[] = []
      for (const one of learners) states.push(...(await ofLearner(tenantId, reducer, one)))
      return states
    },

    async ofOther(tenantId, reducer, scope) {
      const build = await shownBuild(tenantId, reducer)
      const name = 'source' in scope ? 'source' : 'group'
      if (build?.scope !== name) return undefined
      return read(tenantId, keyOf(scope), reducer, build)
    },

    async page(tenantId, reducer, { limit, cursor }) {
      const build = await shownBuild(tenantId, reducer)
      if (build === undefined) return { states: [] }
      const { scope } = build
      const field = typeof scope === 'object' ? scope.learnerAnd : undefined
      const isOfLearners = scope === 'learner' || field !== undefined
      const prefix = isOfLearners ? LEARNERS : [...REDUCERS, scope as string]
      const { items, nextCursor } = await documents.list(tenantId, prefix, { limit, cursor })
      const keys = items.map(({ key }) => key).filter((key) => isOf(key, field))
      const states = await readAll(tenantId, keys, reducer, build)
      return { states, ...(nextCursor !== undefined && { nextCursor }) }
    },

    async learnersIn(tenantId, groupOrCourse, { limit, cursor }) {
      const prefix = [...MEMBERS, segmentOf(groupOrCourse)]
      const { items, nextCursor } = await documents.list(tenantId, prefix, { limit, cursor })
      const learners: string[] = []
      for (const { key } of items) learners.push(await learnerAt(tenantId, key))
      return { learners, ...(nextCursor !== undefined && { nextCursor }) }
    },
  }

  /** The key names the learner, unless their id is too long for one. */
  async function learnerAt(tenantId: string, key: DocumentKey): Promise<string> {
    const segment = key.at(-1) ?? ''
    if (!segment.startsWith('sha256|')) return segment
    const found = await documents.get(tenantId, key)
    const { learner = segment } = JSON.parse(Buffer.from(found?.bytes ?? '{}').toString()) as {
      learner?: string
    }
    return comparableId(learner)
  }
}

/** Tells documents of learners from those of a learner and the value of a field. */
function isOf(key: DocumentKey, field: string | undefined): boolean {
  return field === undefined ? key.length === 3 : key.length === 5 && key[3] === field
}

function shownIn(
  { of, entries }: StateDocument,
  reducer: string,
  build: number,
): ShownState | undefined {
  const slot = slotOf(reducer, build)
  const entry = Object.hasOwn(entries, slot) ? entries[slot] : undefined
  if (entry === undefined) return undefined
  const { version, events, skipped = 0, through, updatedAt, places, morePlaces } = entry
  const isField = 'field' in of
  return {
    ...{ reducer, version },
    ...('learner' in of && { learner: of.learner }),
    ...(isField && { of: of.value }),
    ...('source' in of && { source: of.source }),
    ...('group' in of && { group: of.group }),
    state: Object.hasOwn(entry, 'shown') ? entry.shown : entry.state,
    ...{ events, skipped, through, updatedAt, places },
    ...(morePlaces && { morePlaces }),
  }
}
