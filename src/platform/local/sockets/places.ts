import { AppError } from '../../../error/app-error'
import type { Connection } from '../../connections'

/** So many connections of a protocol may be open. One tenant has half of them, so that others get in. */
export interface Places {
  /**
   * Looks whether there is a place.
   * @returns why there is none
   */
  wanting(connection: Connection): string | undefined
  /** @throws {AppError} `rate_limited` when an address has as many connections as it may */
  checkAddress(connection: Connection): void
  change(connection: Connection, by: 1 | -1): void
}

const SHARE_OF_ONE = 1 / 2

/**
 * @param most how many places a protocol has, by its name
 * @param maxPerAddress one address has so many connections of all protocols together
 */
export function createPlaces(
  most: ReadonlyMap<string, number>,
  maxPerAddress = Number.POSITIVE_INFINITY,
): Places {
  const ofProtocol = new Map<string, number>()
  const ofTenant = new Map<string, number>()
  const ofAddress = new Map<string, number>()

  return {
    wanting({ protocol, principal: { tenantId } }) {
      const maxAll = most.get(protocol) ?? 0
      const all = ofProtocol.get(protocol) ?? 0
      const own = ofTenant.get(`${protocol} ${tenantId}`) ?? 0
      if (all < maxAll && own < Math.ceil(maxAll * SHARE_OF_ONE)) return undefined
      return `${own} connections of this tenant are open, of ${all} in all.`
    },

    checkAddress({ ip }) {
      if (ip === undefined || (ofAddress.get(ip) ?? 0) < maxPerAddress) return
      throw new AppError('rate_limited', `${maxPerAddress} connections of this address are open.`)
    },

    change({ protocol, principal: { tenantId }, ip }, by) {
      add(ofProtocol, protocol, by)
      add(ofTenant, `${protocol} ${tenantId}`, by)
      if (ip !== undefined) add(ofAddress, ip, by)
    },
  }
}

function add(counts: Map<string, number>, name: string, by: number) {
  const now = (counts.get(name) ?? 0) + by
  if (now === 0) counts.delete(name)
  else counts.set(name, now)
}
