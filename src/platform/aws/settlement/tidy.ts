import type { BlobStore } from '../../blob-store'
import { inParallel } from '../dynamo/in-parallel'
import { deleteLanded } from './landed'
import { blobOf } from './oversize'
import { lastDayOf, type Request, type Requests } from './requests'
import type { Situation } from './steps'

interface Needs {
  lake: Pick<BlobStore, 'list' | 'delete'>
  blobs: Pick<BlobStore, 'delete'>
  requests: Requests
}

// Whoever asked the view before it changed reads what landed: a query ends after half an hour, and people
// outside who list files have a day.
const GRACE_MS = 24 * 60 * 60 * 1000

/** Removes what nobody reads any more: landed objects of settled days, and what erased people were asked by. */
export async function tidy(situation: Situation, needs: Needs): Promise<void> {
  const { state, landed, requests, now } = situation
  for (const [day, { mergedFrom, visibleFrom }] of Object.entries(state.moved)) {
    if (visibleFrom === undefined || now.getTime() - Date.parse(visibleFrom) < GRACE_MS) continue
    if (landed.has(day)) await deleteLanded(needs.lake, { day, before: mergedFrom })
    // An object that came later keeps the day here: it is settled, and then deleted like the rest.
    if ((landed.get(day)?.newest ?? '') < mergedFrom) delete state.moved[day]
  }
  for (const request of requests) {
    if (!isDone(request, situation)) continue
    const blobs = (request.pointers ?? []).map(blobOf).filter((key) => key !== undefined)
    await inParallel(blobs, 16, (key) => needs.blobs.delete(key))
    const doneAt = now.toISOString()
    await needs.requests.write({ ...request, actorIds: [], pointers: [], doneAt })
  }
}

/** Nothing of theirs is left once every day that may have landed with some is settled, and its objects are gone. */
function isDone(request: Request, { state, landed }: Situation): boolean {
  if (request.cleanedAt === undefined) return false
  const last = lastDayOf(request)
  if (state.from === undefined || state.from <= last) return false
  const isLeft = [...landed.keys(), ...Object.keys(state.moved)].some((day) => day <= last)
  return !isLeft
}
