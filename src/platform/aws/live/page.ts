import type { StoredRecord } from '../../live-feed'
import { rawBytes } from '../../shared/page-bytes'
import type { FindLogged } from './events'
import type { LiveLog, LogRow } from './log'
import { type LivePlace, placeAfter, type positionsOf } from './place'

interface Source {
  liveLog: Pick<LiveLog, 'rows'>
  findLogged: FindLogged
  positions: ReturnType<typeof positionsOf>
}

interface Asked {
  tenantId: string
  from: LivePlace
  limit: number
  maxBytes: number
}

export interface LoggedPage {
  items: StoredRecord[]
  next: LivePlace
  /** If true, the page has reached the end of the log. */
  isAll: boolean
  /** The row that comes next is not there; this one is the next that is, if any. */
  gap?: { next: number | undefined }
}

// A row has one batch of the stream, which is some hundred events where many come.
const ROWS = 20
// An item has up to 400 KB, and a body beside the table some megabytes: a turn of small ones is one
// call of a few milliseconds, one of large ones has its bytes in memory at once.
const TURN = 25
// A page looks at so many events at most, of which all may have been erased: a second or two.
const MAX_LOOKED_AT = 2000

/**
 * Reads what a log has from a place on, as long as its rows follow on from each other. Events that
 * are gone from the hot store are passed over.
 * @throws {StorageError}
 */
export async function readLogged(source: Source, asked: Asked): Promise<LoggedPage> {
  const { liveLog } = source
  const { tenantId, from } = asked
  const { rows, isEnd } = await liveLog.rows(tenantId, from[0], ROWS)
  const items: StoredRecord[] = []
  let next = from
  let bytes = 0
  let looked = 0

  /** Takes what there is room for. @returns whether the row was read to its end */
  async function takeRow({ row, digests }: LogRow): Promise<boolean> {
    for (let at = next[1]; at < digests.length; at += TURN) {
      const turn = digests.slice(at, at + TURN)
      const records = await source.findLogged(tenantId, turn)
      looked += turn.length
      for (const [place, record] of records.entries()) {
        const after = placeAfter(row, at + place, digests.length)
        if (record !== undefined) {
          bytes += rawBytes(record)
          if (items.length > 0 && bytes > asked.maxBytes) return false
          items.push({ record, position: source.positions.lazily(after) })
        }
        next = after
        if (items.length === asked.limit) return false
      }
      if (looked >= MAX_LOOKED_AT) return false
    }
    return true
  }

  for (const logged of rows) {
    // A place within a row that is gone cannot be told from its end.
    if (logged.row !== next[0]) return { items, next, isAll: false, gap: { next: logged.row } }
    if (!(await takeRow(logged))) return { items, next, isAll: false }
  }
  if (rows.length === 0) return { items, next, isAll: true, gap: { next: undefined } }
  return { items, next, isAll: isEnd }
}
