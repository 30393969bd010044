import type { EventRecord } from '../../event/record'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import type { LiveFeed, LivePage, LiveRequest, StoredRecord } from '../live-feed'
import { rawBytes, roomOf } from '../shared/page-bytes'
import type { TokenSigner } from '../shared/page-token'
import type { Turns } from '../turns'
import type { EventKeys } from './log/event-keys'
import type { EventLog } from './log/event-log'
import type { Position } from './log/generation'
import { createHandOut } from './log/hand-out'
import { type Mark, markTokens } from './log/position-token'
import { recordsOfTenant, storedBefore } from './log/tenant-records'

interface Needs {
  log: EventLog
  keys: EventKeys
  tokens: TokenSigner
  turns: Turns
  clock: Pick<Clock, 'now'>
  telemetry: Log
}

// A page may pass over what has expired or was erased: a tenth of a second of one reader in slices.
const LOOKED_AT = 4096

/** The log itself is the feed, and a place in it the position. */
export function createLiveFeed(needs: Needs): LiveFeed & Disposable {
  const { log, keys, turns, clock } = needs
  const tokens = markTokens(needs.tokens)
  const handOut = createHandOut(needs)

  /** A thousand readers that begin at once ask for the same place. */
  let asked: Mark = { place: -1 }

  function positionAt(tenantId: string, place: Position) {
    if (asked.place !== place) asked = { place, storedAt: storedBefore(log, place) }
    return tokens.issue(tenantId, asked)
  }

  function storedAs(record: EventRecord, behind: Mark): StoredRecord {
    let position: string | undefined
    return {
      record,
      position() {
        position ??= tokens.issue(record.tenantId, behind)
        return position
      },
    }
  }

  /** Tells why nothing follows on from a mark; undefined when something does. */
  function breakAt({ place, storedAt }: Mark): LivePage['resync'] {
    if (place > log.end()) return 'ahead'
    if (place < log.newestFirst().at(-1)!.base) return 'gone'
    const before = storedAt === undefined ? undefined : storedBefore(log, place)
    // Another record stands there than the one that the reader has had.
    return before === undefined || before === storedAt ? undefined : 'ahead'
  }

  async function read(tenantId: string, { after, ...request }: LiveRequest): Promise<LivePage> {
    const begin = tokens.read(tenantId, after)
    const turn = turns.begin(tenantId)
    await turn.next()
    const end = log.end()
    const items: StoredRecord[] = []
    const endAt = (place: Position, resync?: LivePage['resync']): LivePage => {
      const next = positionAt(tenantId, place)
      return { items, next, isAll: place >= end, ...(resync && { resync }) }
    }
    const broken = breakAt(begin)
    if (broken === 'ahead') return endAt(end, 'ahead')
    if (broken === 'gone') return endAt(log.newestFirst().at(-1)!.base, 'gone')

    const records = recordsOfTenant(log, keys, tenantId)
    const room = roomOf(request)
    const now = clock.now().getTime()
    /** If true, what came first has expired. */
    let isGone = false
    const resync = () => (isGone ? ('gone' as const) : undefined)
    let found = records.next(begin.place, end)
    for (let looked = 0; found !== undefined; looked += 1) {
      const { place, record, storedAt } = found
      if (looked >= LOOKED_AT) return endAt(place, resync())
      if (record?.tenantId === tenantId) {
        const isExpired = Date.parse(record.expiresAt) <= now
        // It is told where it stands: a page before it, and then one that says what is gone.
        if (isExpired ? items.length > 0 : isGone || !room.take(rawBytes(record))) {
          return endAt(place, resync())
        }
        if (isExpired) isGone = true
        else items.push(storedAs(record, { place: place + 1, storedAt }))
      }
      if (turn.isOver()) await turn.next()
      found = records.next(place + 1, end)
    }
    return endAt(end, resync())
  }

  return {
    end: async (tenantId) => positionAt(tenantId, log.end()),
    read,
    order: (tenantId, a, b) => tokens.read(tenantId, a).place - tokens.read(tenantId, b).place,

    async follow(tenantId, listener) {
      const { from, end } = handOut.to(tenantId, (placed) =>
        listener(placed.map(({ record, behind }) => storedAs(record, behind))),
      )
      return {
        from: positionAt(tenantId, from),
        async [Symbol.asyncDispose]() {
          end()
        },
      }
    },

    [Symbol.dispose]: () => handOut[Symbol.dispose](),
  }
}
