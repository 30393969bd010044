import type { BlobStore } from '../../../platform/blob-store'
import type { Place } from './place'

interface Options {
  prefixes: readonly string[]
  now(): Date
}

// The sweep takes it up every five minutes. What it cannot take up in a day is for a person.
const LOOK_AGAIN_MS = 5 * 60_000
const PATIENCE_MS = 24 * 60 * 60_000
const PAGE = 1000

/**
 * Batches of stored events that were given up and are to be handed on again: what is in them goes where those who
 * follow go, so that all other places are searched afterwards. They are waited for, and emptied by the sweep; nobody
 * can take one person out of them.
 */
export function putAsidePlace(blobs: Pick<BlobStore, 'list'>, { prefixes, now }: Options): Place {
  return {
    name: 'batches that failed',
    method:
      'Batches that were put aside before the request were waited for until they were handed on.',

    async search({ requestedAt, isDryRun }) {
      const lists = await Promise.all(prefixes.map((prefix) => blobs.list(prefix, PAGE)))
      const old = lists.flat().filter(({ storedAt }) => storedAt <= requestedAt).length
      const waited = now().getTime() - Date.parse(requestedAt)
      const nothing = { found: 0, removed: 0 }
      if (old === 0) return { looked: 0, ...nothing }
      if (!isDryRun && waited < PATIENCE_MS) {
        return { looked: 0, ...nothing, waitMs: LOOK_AGAIN_MS }
      }
      const remains = `${old} batches or changes that nobody could hand on, from before the request, lie under ${prefixes.join(' and ')}, and may hold events of theirs: look at them, and delete them.`
      return { looked: old, ...nothing, remains }
    },
  }
}
