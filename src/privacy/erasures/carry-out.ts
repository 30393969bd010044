import type { Tombstones } from '../../governance/tombstones/tombstones'
import type { Clock } from '../../platform/clock'
import type { Certificate } from '../certificates/certificate'
import type { Aside } from './anonymise/aside'
import { type Erasure, isOver, type PlaceReport, phases, type Whose } from './erasure'
import { type Holders, placesOf } from './places'
import type { Found, Place, Search } from './places/place'
import type { ErasureStore, StoredErasure } from './store'
import type { People } from './subject'

export interface CarryOutNeeds {
  holders: Holders
  store: ErasureStore
  tombstones: Pick<Tombstones, 'put' | 'digestOf'>
  certificates: {
    issue(certificate: Certificate): Promise<unknown>
    /** Tells whether the certificate of an erasure is as it was signed. */
    isGenuine(whose: Whose): Promise<boolean>
  }
  /** Makes copies without the people, and puts them back (`mode: anonymise`). */
  aside: Aside
  /** Notes in the trail what becomes of it. */
  audit(
    erasure: Erasure,
    action: 'erasure.begun' | 'erasure.done' | 'erasure.failed',
  ): Promise<void>
  /** Sentences say what remains by design on this platform. */
  remains: readonly string[]
  /** Requests that had passed the door when tombstones were placed are stored after so long at most. */
  graceMs: number
  clock: Pick<Clock, 'now'>
}

/** `more`: go on at once. `over`: there is nothing left to do. A number: go on after so many ms. */
export type Advanced = 'more' | 'over' | number

/**
 * Takes an erasure one step further: a phase, or a call at one place. Each step may be taken again after a
 * crash, and then does the rest.
 * @throws {StorageError}
 */
export function createCarryOut(needs: CarryOutNeeds) {
  const { holders, store, tombstones, certificates, aside, audit, graceMs, clock } = needs
  const places = placesOf(holders)
  // The people of the erasure that is carried out are unsealed once.
  let known: { erasureId: string; people: People } | undefined

  async function peopleOf(whose: Whose): Promise<People> {
    if (known?.erasureId === whose.erasureId) return known.people
    const people: People = { ids: [], spellings: [] }
    for await (const { content } of store.sealed(whose, 'people')) {
      const part = content as People
      for (const id of part.ids) people.ids.push(id)
      for (const id of part.spellings) people.spellings.push(id)
    }
    known = { erasureId: whose.erasureId, people }
    return people
  }

  return async function advance(whose: Whose): Promise<Advanced> {
    const found = await store.get(whose)
    if (found === undefined || isOver(found.erasure)) {
      await store.forget(whose)
      await store.setOpen(whose, false)
      known = undefined
      return 'over'
    }
    const { erasure } = found
    const people = await peopleOf(whose)
    const search: Search = {
      ...whose,
      ...{ actorIds: people.spellings, isDryRun: erasure.isDryRun, store },
      requestedAt: erasure.requestedAt,
    }
    const isAnonymised = erasure.mode === 'anonymise' && !erasure.isDryRun
    switch (erasure.phase) {
      case 'tombstones':
        return begin(found, people)
      case 'aside':
        // Nothing is erased yet: what a process that died put aside is put aside again.
        if (isAnonymised) await aside.put(search)
        return next(found, {})
      case 'places': {
        const place = places[erasure.place]
        return place === undefined ? next(found, {}) : searchPlace(found, place, search)
      }
      case 'put-back':
        return next(found, isAnonymised ? { putBack: await aside.putBack(search) } : {})
      case 'certify':
        return finish(found, people)
    }
  }

  async function begin(found: StoredErasure, { ids }: People): Promise<Advanced> {
    const { erasure } = found
    const now = clock.now()
    if (erasure.cursor !== undefined) {
      const left = Date.parse(erasure.cursor) - now.getTime()
      return left > 0 ? left : next(found, { cursor: undefined })
    }
    if (!erasure.isDryRun) {
      await audit(erasure, 'erasure.begun')
      await tombstones.put(erasure.tenantId, ids, erasure.erasureId)
    }
    const waitMs = erasure.isDryRun ? 0 : graceMs
    const cursor = new Date(clock.now().getTime() + waitMs).toISOString()
    const startedAt = erasure.startedAt ?? now.toISOString()
    await put(found, { ...erasure, status: 'running', startedAt, cursor })
    return waitMs
  }

  async function next(found: StoredErasure, more: Partial<Erasure>): Promise<Advanced> {
    const { erasure } = found
    const phase = phases[phases.indexOf(erasure.phase) + 1]!
    await put(found, { ...erasure, ...more, phase })
    return 'more'
  }

  async function searchPlace(
    found: StoredErasure,
    place: Place,
    search: Search,
  ): Promise<Advanced> {
    const { erasure } = found
    const { partial, cursor, ...rest } = erasure
    let answer: Found
    try {
      answer = await place.search(search, cursor)
    } catch (thrown) {
      if ((thrown as { isRetriable?: boolean }).isRetriable !== false) throw thrown
      // All other places are searched all the same, and the erasure fails at its end.
      const problem = `${place.name}: ${(thrown as Error).message}`.slice(0, MAX_PROBLEM)
      answer = { looked: 0, found: 0, removed: 0, notes: [problem] }
      rest.problem = problem
    }
    const report = added(partial ?? emptyReport(place), answer)
    if (answer.waitMs !== undefined || answer.nextCursor !== undefined) {
      await put(found, { ...rest, partial: report, cursor: answer.nextCursor })
      return answer.waitMs ?? 'more'
    }
    await put(found, { ...rest, place: rest.place + 1, places: [...rest.places, report] })
    return 'more'
  }

  async function finish(found: StoredErasure, { ids, spellings }: People): Promise<Advanced> {
    const { erasure } = found
    const finishedAt = clock.now().toISOString()
    const isFailed = erasure.problem !== undefined
    if (!erasure.isDryRun && !isFailed) {
      const { tenantId, erasureId, mode, reason, by, requestedAt, startedAt = '' } = erasure
      const digests = await Promise.all(ids.map((id) => tombstones.digestOf(tenantId, id)))
      await certificates.issue({
        type: 'nonius/erasure-certificate/1',
        ...{
          tenantId,
          erasureId,
          mode,
          reason,
          requestedBy: by,
          requestedAt,
          startedAt,
          finishedAt,
        },
        subject: {
          ids: ids.length,
          spellings: spellings.length,
          digests: [...new Set(digests)].toSorted(),
        },
        places: erasure.places,
        ...(erasure.putBack !== undefined && { putBack: erasure.putBack }),
        resumed: erasure.resumed,
        remains: [...needs.remains, ...erasure.places.flatMap(({ remains }) => remains ?? [])],
      })
    }
    const { tenantId, verifies } = erasure
    const verdict = verifies !== undefined && {
      isGenuine: await certificates.isGenuine({ tenantId, erasureId: verifies }),
      isClean: !isFailed && erasure.places.every(({ found }) => found === 0),
    }
    const status = isFailed ? 'failed' : 'done'
    if (!erasure.isDryRun) await audit(erasure, isFailed ? 'erasure.failed' : 'erasure.done')
    await put(found, { ...erasure, status, finishedAt, ...(verdict && { verdict }) })
    return 'more'
  }

  async function put(found: StoredErasure, erasure: Erasure): Promise<void> {
    // Who changed it meanwhile, as by cancelling it, is looked at with the next step.
    await store.put(erasure, found)
  }
}

// The sentence of an engine may go on for pages.
const MAX_PROBLEM = 500

function emptyReport({ name: place, method }: Place): PlaceReport {
  return { place, method, looked: 0, found: 0, removed: 0 }
}

/** Adds what a call found to what the calls before it did. */
function added(report: PlaceReport, found: Found): PlaceReport {
  const { files = [], notes = [] } = report
  const allFiles = [...files, ...(found.files ?? [])]
  const allNotes = [...notes, ...(found.notes ?? [])]
  return {
    ...report,
    looked: report.looked + found.looked,
    found: report.found + found.found,
    removed: report.removed + found.removed,
    ...(allFiles.length > 0 && { files: allFiles }),
    ...(allNotes.length > 0 && { notes: [...new Set(allNotes)] }),
    ...((found.goneBy ?? report.goneBy) && { goneBy: found.goneBy ?? report.goneBy }),
    ...((found.remains ?? report.remains) && { remains: found.remains ?? report.remains }),
  }
}
