import type { EventRecord } from '../../event/record'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import type { LiveFeed, LivePage, LiveRequest, StoredRecord } from '../live-feed'
import { rawBytes, roomOf } from '../shared/page-bytes'
import type { TokenSigner } from '../shared/page-token'
import type { Turns } from '../turns'
import { arrivalsQuestion } from './log/event-arrivals'
import type { EventKeys } from './log/event-keys'
import type { EventLog } from './log/event-log'
import { CAPACITY, type Position } from './log/generation'
import { createHandOut } from './log/hand-out'
import { placesOfTenant } from './log/tenant-places'

interface Needs {
  log: EventLog
  keys: EventKeys
  tokens: TokenSigner
  turns: Turns
  clock: Pick<Clock, 'now'>
  telemetry: Log
}

/** The log itself is the feed, and a place in it the position. */
export function createLiveFeed(needs: Needs): LiveFeed & Disposable {
  const { log, keys, tokens, turns, clock } = needs
  const handOut = createHandOut(needs)

  const positionAt = (tenantId: string, place: Position) =>
    tokens.issue(place, arrivalsQuestion(tenantId))
  const placeIn = (tenantId: string, position: string) =>
    tokens.read<Position>(position, arrivalsQuestion(tenantId))

  function storedAt(record: EventRecord, place: Position): StoredRecord {
    let position: string | undefined
    return {
      record,
      position() {
        position ??= positionAt(record.tenantId, place + 1)
        return position
      },
    }
  }

  async function read(tenantId: string, { after, ...request }: LiveRequest): Promise<LivePage> {
    const begin = placeIn(tenantId, after)
    const turn = turns.begin(tenantId)
    await turn.next()
    const end = log.end()
    const items: StoredRecord[] = []
    const endAt = (place: Position, resync?: LivePage['resync']): LivePage => ({
      items,
      next: positionAt(tenantId, place),
      isAll: place >= end,
      ...(resync && { resync }),
    })
    if (begin > end) return endAt(end, 'ahead')
    const oldest = log.newestFirst().at(-1)!.base
    if (begin < oldest) return endAt(oldest, 'gone')

    const nextPlace = placesOfTenant(log, keys, tenantId)
    const room = roomOf(request)
    const now = clock.now().getTime()
    /** If true, what came first has expired. */
    let isGone = false
    const resync = () => (isGone ? ('gone' as const) : undefined)
    let place = nextPlace(begin, end)
    for (let looked = 0; place !== undefined; looked += 1) {
      if (looked >= LOOKED_AT) return endAt(place, resync())
      const record = recordAt(log, place)
      if (record?.tenantId === tenantId) {
        const isExpired = Date.parse(record.expiresAt) <= now
        // It is told where it stands: a page before it, and then one that says what is gone.
        if (isExpired ? items.length > 0 : isGone || !room.take(rawBytes(record))) {
          return endAt(place, resync())
        }
        if (isExpired) isGone = true
        else items.push(storedAt(record, place))
      }
      place = nextPlace(place + 1, end)
      if (turn.isOver()) await turn.next()
    }
    return endAt(end, resync())
  }

  return {
    end: async (tenantId) => positionAt(tenantId, log.end()),
    read,
    order: (tenantId, a, b) => placeIn(tenantId, a) - placeIn(tenantId, b),

    async follow(tenantId, listener) {
      const { from, end } = handOut.to(tenantId, (records) =>
        listener(records.map(({ record, place }) => storedAt(record, place))),
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

// A page may pass over what has expired or was erased: a tenth of a second of one reader in slices.
const LOOKED_AT = 4096

/** Reads a record. @returns undefined when it is damaged or erased, or went with its generation */
function recordAt(log: EventLog, place: Position): EventRecord | undefined {
  const [recent] = log.recent.get(place, 1) ?? []
  if (recent !== undefined) return recent
  const number = Math.floor(place / CAPACITY)
  const generation = log.newestFirst().find((one) => one.number === number)
  return generation?.read(place - generation.base)
}
