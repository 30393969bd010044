import type { BlobStore } from '../../blob-store'
import type { LakeErasureState, LakeErasures } from '../../lake-erasures'
import { idQueries } from './id-queries'
import { SETTLING } from './state'
import { dayBefore } from './texts'

/** A request is carried out by the next settling. */
export interface Request {
  tenantId: string
  id: string
  /** Emptied once nothing of theirs is left. */
  actorIds: string[]
  /** The request is for all that arrived up to this time, ISO 8601 UTC. */
  requestedAt: string
  /** Counts the ids, from the first, whose rows were counted. */
  found?: number | undefined
  /** Counts the ids, from the first, whose rows are deleted. */
  erased?: number | undefined
  /** The lake holds these texts for records of theirs that were too large for it; absent until they were looked for. */
  pointers?: string[] | undefined
  /** So many rows were deleted of the settled table. */
  removed: number
  /** The files without them were written, and what was before is gone, at this time. */
  cleanedAt?: string | undefined
  /** If true, rows are counted only. */
  isDryRun?: boolean | undefined
  /** They are too many to be left out as a day is settled: days are settled with them, and erased again. */
  isMany?: boolean | undefined
  /** They were deleted at this time. */
  deletedAt?: string | undefined
  doneAt?: string | undefined
}

const REQUESTS = `${SETTLING}erasures/`

function keyOf({ tenantId, id }: Pick<Request, 'tenantId' | 'id'>): string {
  return `${REQUESTS}${encodeURIComponent(tenantId)}/${encodeURIComponent(id)}.json`
}

// Firehose holds what S3 does not take for a day, and names the day on which it was given it.
const LATE_DAYS = 1

/** The last day on which something of theirs may have landed. */
export function lastDayOf({ requestedAt }: Pick<Request, 'requestedAt'>): string {
  return dayBefore(requestedAt.slice(0, 10), -LATE_DAYS)
}

export function createRequests(blobs: Pick<BlobStore, 'get' | 'put' | 'list'>) {
  async function read(key: string): Promise<Request | undefined> {
    const bytes = await blobs.get(key)
    return bytes && (JSON.parse(Buffer.from(bytes).toString()) as Request)
  }

  async function write(request: Request): Promise<void> {
    await blobs.put(keyOf(request), Buffer.from(JSON.stringify(request)))
  }

  return {
    write,
    find: (tenantId: string, id: string) => read(keyOf({ tenantId, id })),

    /** Lists those that are not done, the oldest first. */
    async open(): Promise<Request[]> {
      const found: Request[] = []
      for (let after: string | undefined; ; ) {
        const page = await blobs.list(REQUESTS, 1000, after)
        for (const { key } of page) {
          const request = await read(key)
          if (request !== undefined && request.doneAt === undefined) found.push(request)
        }
        if (page.length < 1000) break
        after = page.at(-1)!.key
      }
      return found.sort((a, b) => (a.requestedAt < b.requestedAt ? -1 : 1))
    },
  }
}

export type Requests = ReturnType<typeof createRequests>

/** Takes requests and tells how far they are: all of the settled lake that a request over HTTP needs. */
export function createLakeErasures(blobs: Pick<BlobStore, 'get' | 'put' | 'list'>): LakeErasures {
  const requests = createRequests(blobs)
  return {
    idQueries: async (...asked) => idQueries(...asked),

    async request(tenantId, { id, actorIds, requestedAt, isDryRun }) {
      if ((await requests.find(tenantId, id)) !== undefined) return
      const ids = [...new Set(actorIds)].filter((one) => one !== '')
      const isNobody = ids.length === 0 && { deletedAt: requestedAt, doneAt: requestedAt }
      const begun = { removed: 0, ...(isDryRun === true && { isDryRun }), ...isNobody }
      await requests.write({ tenantId, id, actorIds: ids, requestedAt, ...begun })
    },

    async state(tenantId, id) {
      const request = await requests.find(tenantId, id)
      return request && stateOf(request)
    },
  }
}

function stateOf(request: Request): LakeErasureState {
  const { requestedAt, removed: found, deletedAt, doneAt, isMany } = request
  const last = lastDayOf(request)
  const isDeleted = deletedAt !== undefined && isMany !== true
  return {
    status: doneAt !== undefined ? 'done' : isDeleted ? 'deleted' : 'waiting',
    found,
    ...(deletedAt !== undefined && { deletedAt }),
    ...(doneAt !== undefined && { doneAt }),
    // A night later its rows are out of the table; another night, and the files that had them are gone.
    settledBy: dayBefore(requestedAt.slice(0, 10), -2),
    // The last day that may have something of theirs is settled a night later, and what landed goes
    // the night after.
    landedBy: dayBefore(last, -3),
  }
}
