import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../../../telemetry/log'
import type { LiveFeed, LivePage, LiveRequest } from '../../live-feed'
import type { TokenSigner } from '../../token-signer'
import type { FindLogged } from './events'
import { follow } from './follow'
import type { LiveLog } from './log'
import { type LoggedPage, readLogged } from './page'
import { type LivePlace, orderOf, positionsOf } from './place'

interface Needs {
  liveLog: Pick<LiveLog, 'want' | 'renew' | 'rows'>
  findLogged: FindLogged
  tokens(): Promise<TokenSigner>
  log: Log
  /** So many ms pass between two looks at a log; a second when left out. */
  pollMs?: number | undefined
}

// A transaction's parts show one after the other, within milliseconds: a row that is missing is
// missed only after a second look, so much later.
const SECOND_LOOK_MS = 250

/**
 * Makes the feed of those who follow what is stored: they read the live logs that the consumer
 * writes (`consumer.ts`). Whoever asks for anything is interested in the log from then on.
 */
export async function createLiveFeed({ tokens, ...needs }: Needs): Promise<LiveFeed> {
  const { liveLog, findLogged } = needs
  const signer = await tokens()

  async function endOf(tenantId: string): Promise<LivePlace> {
    const { last } = await liveLog.want(tenantId)
    return [last + 1, 0]
  }

  async function read(
    tenantId: string,
    { after, limit, maxBytes }: LiveRequest,
  ): Promise<LivePage> {
    const positions = positionsOf(signer, tenantId)
    const from = positions.read(after)
    // The end is known before rows are read, so that what is missing before it was there to read.
    const end = await endOf(tenantId)
    if (orderOf(from, end) > 0) {
      return { items: [], next: positions.write(end), isAll: true, resync: 'ahead' }
    }
    const source = { liveLog, findLogged, positions }
    const asked = { tenantId, from, limit, maxBytes }
    let page = await readLogged(source, asked)
    if (isMissing(page, end)) {
      await wait(SECOND_LOOK_MS)
      page = await readLogged(source, asked)
    }
    const { items, next, isAll, gap } = page
    if (!isMissing(page, end)) return { items, next: positions.write(next), isAll }
    const held: LivePlace = gap!.next === undefined ? end : [gap!.next, 0]
    return { items, next: positions.write(held), isAll, resync: 'gone' }
  }

  return {
    end: async (tenantId) => positionsOf(signer, tenantId).write(await endOf(tenantId)),

    read,

    async follow(tenantId, listener) {
      const positions = positionsOf(signer, tenantId)
      const from = await endOf(tenantId)
      const following = follow({ ...needs, positions }, { tenantId, from, listener })
      return { from: positions.write(from), ...following }
    },

    order(tenantId: string, a: string, b: string) {
      const positions = positionsOf(signer, tenantId)
      return orderOf(positions.read(a), positions.read(b))
    },
  }
}

/** Tells whether a row is missing before the end. What stands before it was taken, if anything did. */
function isMissing({ items, next, gap }: LoggedPage, end: LivePlace): boolean {
  return gap !== undefined && items.length === 0 && orderOf(next, end) < 0
}
