import { later } from '../../platform/arrivals'
import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import { percentAt } from '../../query/by-arrival/walk'
import { type Builds, changeBuilds, readBuilds } from '../kept/builds'
import type { Progress } from '../reading/declared'
import type { Reducing } from '../reducers'
import type { RebuildPlace, RebuildWalk } from './walk'

/** A rebuild makes the states of a reducer anew, beside those that are shown. */
export interface Rebuild {
  tenantId: string
  name: string
}

/** How far it is, as it is kept beside the build. */
interface Kept extends Progress {
  /** The oldest event arrived then. */
  from: string
  place: RebuildPlace
}

export interface RebuildNeeds {
  documents: Pick<DocumentStore, 'get' | 'put'>
  reducing: Pick<Reducing, 'apply' | 'pause' | 'loaded'>
  walk: RebuildWalk
  /** Marks a place of the feed. */
  mark(): string
  clock: Pick<Clock, 'now'>
}

type Next = NonNullable<Builds['next']>

/** `wait`: for the lake, or for the code of its version. */
export type RebuildDone = 'more' | 'wait' | 'over'

// While the feed stands still, this much is read, some tenths of a second; more is read before.
const LAST_PAGES = 4

/** Finds a rebuild that somebody asked for. */
export async function askedBuild(
  documents: Pick<DocumentStore, 'get'>,
  { tenantId, name }: Rebuild,
): Promise<Next | undefined> {
  const { builds } = await readBuilds(documents, tenantId)
  const next = Object.hasOwn(builds, name) ? builds[name]?.next : undefined
  return next?.isAsked ? next : undefined
}

/** A rebuild with how far it is. */
interface Member {
  name: string
  next: Next
  before: Kept
}

/**
 * Takes a rebuild one page further, and with it all of its tenant that are as far: the seven that come with
 * Nonius begin together, and one walk serves them. The same page may be read twice, after a kill: its events
 * are recognised.
 * @throws {StorageError} and {AppError} where the lake or a store cannot be read; it is where it was
 */
export async function advanceRebuild(needs: RebuildNeeds, whose: Rebuild): Promise<RebuildDone> {
  const { documents, reducing, walk } = needs
  const { tenantId, name } = whose
  const { builds } = await readBuilds(documents, tenantId)
  const own = Object.hasOwn(builds, name) ? builds[name]?.next : undefined
  if (!own?.isAsked) return 'over'
  const loaded = await reducing.loaded()
  const isLoaded = (one: string, { version }: Next) =>
    loaded.some((reducer) => reducer.name === one && reducer.version === version)
  if (!isLoaded(name, own)) {
    await noteTrouble(needs, whose, GONE)
    return 'wait'
  }
  const together = Object.entries(builds).flatMap(([one, { next }]) =>
    next?.isAsked && isLoaded(one, next) && isAsFar(next, own) ? [{ name: one, next }] : [],
  )
  const before = progressOf(own)
  if (before === undefined) {
    const { place, from } = await walk.begin(tenantId)
    const none = { read: 0, applied: 0, skipped: 0, percent: 0, at: from }
    const begun = together.map((one) => ({ ...one, kept: { ...none, from, place } }))
    return (await note(needs, tenantId, begun)).length > 0 ? 'more' : 'over'
  }
  const members = together.map((one) => ({ ...one, before: progressOf(one.next)! }))
  const { left, isAll, isNew } = await readOn(needs, tenantId, members)
  if (left.length === 0) return 'over'
  if (!isAll) return isNew ? 'more' : 'wait'
  return (await meet(needs, tenantId, left)) ? 'over' : 'more'
}

function isAsFar(one: Next, other: Next): boolean {
  const [own, others] = [progressOf(one), progressOf(other)]
  return own?.at === others?.at && JSON.stringify(own?.place) === JSON.stringify(others?.place)
}

const GONE = 'the server has not loaded its version'

// A sentence of an engine may go on for pages.
const MAX_TROUBLE = 300

/** Keeps why it does not go on, once. */
export async function noteTrouble(
  { documents }: Pick<RebuildNeeds, 'documents'>,
  { tenantId, name }: Rebuild,
  reason: string,
): Promise<void> {
  const trouble = reason.slice(0, MAX_TROUBLE)
  await changeBuilds(documents, tenantId, (builds) => {
    const own = Object.hasOwn(builds, name) ? builds[name] : undefined
    const { next } = own ?? {}
    if (!next?.isAsked || next.progress?.trouble === trouble) return undefined
    return {
      ...builds,
      [name]: { ...own!, next: { ...next, progress: { ...next.progress, trouble } } },
    }
  })
}

/** Reads a page, and adds it to the states of each. @returns those that go on from there */
async function readOn(needs: RebuildNeeds, tenantId: string, members: readonly Member[]) {
  const { reducing, walk } = needs
  const [{ before: first }] = members as [Member]
  const { records, place, isAll } = await walk.on(tenantId, first.place, first.at)
  const events = records.map((record) => ({ record }))
  const at = records.at(-1)?.receivedAt ?? (place.in === 'lake' ? place.from : first.at)
  const builds = members.map(({ name, next: { version, build } }) => ({ name, version, build }))
  const added = events.length === 0 ? [] : await reducing.apply(tenantId, builds, events)
  const taken = members.map(({ name, next, before }, which) => {
    const { applied = 0, skipped = 0 } = added[which] ?? {}
    const { trouble: _, ...rest } = before
    const kept: Kept = {
      ...rest,
      ...{ place, at: later<string>(before.at, at) },
      read: before.read + records.length,
      applied: before.applied + applied,
      skipped: before.skipped + skipped,
      percent: percentAt({ from: before.from, to: next.since }, at),
    }
    return { name, next, kept }
  })
  const isNew = records.length > 0 || JSON.stringify(place) !== JSON.stringify(first.place)
  return { left: await note(needs, tenantId, taken), isAll, isNew }
}

/** Lets the feed go on with the builds, and shows them, once all that is stored is in them. */
async function meet(needs: RebuildNeeds, tenantId: string, members: readonly Member[]) {
  const { documents, reducing, mark, clock } = needs
  return reducing.pause(async () => {
    // The feed brings what is stored from here on; some of it may be read here as well, and is recognised.
    const from = mark()
    let last = members
    for (let pages = 0; ; pages += 1) {
      const { left, isAll } = await readOn(needs, tenantId, last)
      last = left
      if (left.length === 0) return true
      if (isAll) break
      if (pages === LAST_PAGES) return false
    }
    const since = clock.now().toISOString()
    await changeBuilds(documents, tenantId, (builds) => {
      const own = last.filter(({ name, next }) => isSame(builds[name]?.next, next))
      if (own.length === 0) return undefined
      const shown = own.map(({ name, next: { version, build, scope } }) => {
        return [name, { shown: { version, build, scope, from, since } }] as const
      })
      return { ...builds, ...Object.fromEntries(shown) }
    })
    return true
  })
}

/** Keeps how far they are. @returns those that nobody has ended, or begun anew */
async function note(
  { documents }: RebuildNeeds,
  tenantId: string,
  taken: readonly (Pick<Member, 'name' | 'next'> & { kept: Kept })[],
): Promise<Member[]> {
  let ours: typeof taken = []
  await changeBuilds(documents, tenantId, (builds) => {
    ours = taken.filter(({ name, next }) => isSame(builds[name]?.next, next))
    if (ours.length === 0) return undefined
    const noted = ours.map(({ name, kept }) => {
      const own = builds[name]!
      const progress = kept as unknown as Record<string, unknown>
      return [name, { ...own, next: { ...own.next!, progress } }] as const
    })
    return { ...builds, ...Object.fromEntries(noted) }
  })
  return ours.map(({ name, next, kept }) => ({ name, next, before: kept }))
}

function isSame(one: Builds['next'], other: Next): boolean {
  return one?.isAsked === true && one.build === other.build && one.since === other.since
}

function progressOf({ progress }: Next): Kept | undefined {
  return progress !== undefined && 'place' in progress ? (progress as unknown as Kept) : undefined
}
