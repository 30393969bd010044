import { StorageError } from '../../../error/storage-error'
import type { EventRecord } from '../../../event/record'
import type { AppendOutcome } from '../../event-store'
import { keyOf } from './keys'
import { type AppendNeeds, offerOf, outcomesOf } from './offer'
import type { Standing } from './standing'
import { insertItems } from './write'
import type { Item } from './write-units'

/** Makes one conditional write a record; something is read as well only of an id that is taken. */
export function appendWith(needs: AppendNeeds) {
  const { events, standingsOf } = needs

  return async function append(
    records: readonly EventRecord[],
    { whole = false }: { whole?: boolean } = {},
  ): Promise<AppendOutcome[]> {
    if (whole) {
      // Events of most senders are never stored as a whole.
      const { appendWhole } = await import('./whole')
      return appendWhole(needs, records)
    }
    const keys = records.map(({ tenantId, eventId }) => keyOf(tenantId, eventId))
    const offer = await offerOf(needs, { records, keys })
    return outcomesOf(offer, await standingOf([...offer.items.values()], offer.token))
  }

  /**
   * Finds what stands under each item's key after it was offered; nothing of those where it is not
   * known.
   */
  async function standingOf(offered: readonly Item[], token: Uint8Array) {
    const written = await insertItems(events, offered)
    const standing = new Map<string, Standing>()
    const taken: string[] = []
    offered.forEach(({ k, h }, at) => {
      if (written[at] === 'stored') standing.set(k!.S!, { hash: h!.B!, isOurs: true })
      if (written[at] === 'held') taken.push(k!.S!)
    })
    // The SDK asks again when a reply is lost, and finds its own write: the token tells.
    return new Map([...standing, ...(await readBack(taken, token))])
  }

  async function readBack(keys: readonly string[], token: Uint8Array) {
    try {
      return (await standingsOf(keys, token)).standing
    } catch (thrown) {
      // The records beside them are stored; the caller asks again for these.
      if (thrown instanceof StorageError && thrown.isRetriable) return []
      throw thrown
    }
  }
}
