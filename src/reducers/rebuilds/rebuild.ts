import type { EventRecord } from '../../event/record'
import { later } from '../../platform/arrivals'
import type { Clock } from '../../platform/clock'
import type { DocumentStore } from '../../platform/document-store'
import { percentAt } from '../../query/by-arrival/walk'
import { type Build, type Builds, changeBuilds, readBuilds } from '../kept/builds'
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

/**
 * Takes a rebuild one page further. The same page may be read twice, after a kill: its events are recognised.
 * @throws {StorageError} and {AppError} where the lake or a store cannot be read; it is where it was
 */
export async function advanceRebuild(needs: RebuildNeeds, whose: Rebuild): Promise<RebuildDone> {
  const { documents, reducing, walk } = needs
  const { tenantId, name } = whose
  const next = await askedBuild(documents, whose)
  if (next === undefined) return 'over'
  const loaded = await reducing.loaded()
  if (!loaded.some((one) => one.name === name && one.version === next.version)) {
    await noteTrouble(needs, whose, GONE)
    return 'wait'
  }
  const before = progressOf(next)
  if (before === undefined) {
    const { place, from } = await walk.begin(tenantId)
    const none = { read: 0, applied: 0, skipped: 0, percent: 0, at: from }
    return (await note(needs, whose, next, { ...none, from, place })) ? 'more' : 'over'
  }
  const { kept, isAll, isNew } = await readOn(needs, whose, next, before)
  if (!(await note(needs, whose, next, kept))) return 'over'
  if (!isAll) return isNew ? 'more' : 'wait'
  return (await meet(needs, whose, next, kept)) ? 'over' : 'more'
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

/** Reads a page, and adds it to the states. */
async function readOn(
  { reducing, walk }: RebuildNeeds,
  { tenantId, name }: Rebuild,
  next: Next,
  before: Kept,
) {
  const { records, place, isAll } = await walk.on(tenantId, before.place, before.at)
  const events = records.map((record) => ({ record }))
  const { version, build } = next
  const of = { name, version, build }
  const added =
    events.length === 0 ? { applied: 0, skipped: 0 } : await reducing.apply(tenantId, of, events)
  const { trouble: _, ...rest } = before
  const at = arrivalOf(records) ?? (place.in === 'lake' ? place.from : before.at)
  const kept: Kept = {
    ...rest,
    ...{ place, at: later<string>(before.at, at) },
    read: before.read + records.length,
    applied: before.applied + added.applied,
    skipped: before.skipped + added.skipped,
    percent: percentAt({ from: before.from, to: next.since }, at),
  }
  const isNew = records.length > 0 || JSON.stringify(place) !== JSON.stringify(before.place)
  return { kept, isAll, isNew }
}

/** Lets the feed go on with the build, and shows it, once all that is stored is in it. */
async function meet(needs: RebuildNeeds, whose: Rebuild, next: Next, kept: Kept) {
  const { documents, reducing, mark } = needs
  return reducing.pause(async () => {
    // The feed brings what is stored from here on; some of it may be read here as well, and is recognised.
    const from = mark()
    let last = kept
    for (let pages = 0; ; pages += 1) {
      const read = await readOn(needs, whose, next, last)
      last = read.kept
      if (!(await note(needs, whose, next, last))) return true
      if (read.isAll) break
      if (pages === LAST_PAGES) return false
    }
    const { tenantId, name } = whose
    await changeBuilds(documents, tenantId, (builds) => {
      const own = builds[name]
      if (!isSame(own?.next, next)) return undefined
      const { version, build, scope } = next
      const shown: Build = { version, build, scope, from, since: needs.clock.now().toISOString() }
      return { ...builds, [name]: { shown } }
    })
    return true
  })
}

/** Keeps how far it is. @returns false when somebody ended it, or began another */
async function note(
  { documents }: RebuildNeeds,
  { tenantId, name }: Rebuild,
  next: Next,
  progress: object,
): Promise<boolean> {
  let isOurs = false
  await changeBuilds(documents, tenantId, (builds) => {
    const own = builds[name]
    isOurs = isSame(own?.next, next)
    if (!isOurs) return undefined
    return {
      ...builds,
      [name]: { ...own!, next: { ...own!.next!, progress: progress as Record<string, unknown> } },
    }
  })
  return isOurs
}

function isSame(one: Builds['next'], other: Next): boolean {
  return one?.isAsked === true && one.build === other.build && one.since === other.since
}

function progressOf({ progress }: Next): Kept | undefined {
  return progress !== undefined && 'place' in progress ? (progress as unknown as Kept) : undefined
}

function arrivalOf(records: readonly EventRecord[]): string | undefined {
  return records.at(-1)?.receivedAt
}
