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

/** A protocol has so many places, of those that all of its group have together. */
export interface Allotted {
  most: number
  group: string
  ofGroup: number
}

/**
 * @param allotted the places of each protocol, by its name
 * @param maxPerAddress one address has so many connections of all protocols together
 */
export function createPlaces(
  allotted: ReadonlyMap<string, Allotted>,
  maxPerAddress = Number.POSITIVE_INFINITY,
): Places {
  const ofProtocol = new Map<string, number>()
  const ofGroup = new Map<string, number>()
  const ofTenant = new Map<string, number>()
  const ofAddress = new Map<string, number>()

  return {
    wanting({ protocol, principal: { tenantId } }) {
      const { most: maxAll, group, ofGroup: maxGroup } = allotted.get(protocol) ?? none
      const together = ofGroup.get(group) ?? 0
      const all = ofProtocol.get(protocol) ?? 0
      const own = ofTenant.get(`${protocol} ${tenantId}`) ?? 0
      const hasRoom = all < maxAll && together < maxGroup
      if (hasRoom && own < Math.ceil(maxAll * SHARE_OF_ONE)) return undefined
      return `${own} connections of this tenant are open, of ${all} in all.`
    },

    checkAddress({ ip }) {
      if (ip === undefined || (ofAddress.get(ip) ?? 0) < maxPerAddress) return
      throw new AppError('rate_limited', `${maxPerAddress} connections of this address are open.`)
    },

    change({ protocol, principal: { tenantId }, ip }, by) {
      add(ofProtocol, protocol, by)
      add(ofGroup, allotted.get(protocol)?.group ?? none.group, by)
      add(ofTenant, `${protocol} ${tenantId}`, by)
      if (ip !== undefined) add(ofAddress, ip, by)
    },
  }
}

const none: Allotted = { most: 0, group: '', ofGroup: 0 }

function add(counts: Map<string, number>, name: string, by: number) {
  const now = (counts.get(name) ?? 0) + by
  if (now === 0) counts.delete(name)
  else counts.set(name, now)
}
