/** All that belongs to trees lies under this prefix. */
export const TREES = 'trees/'
export const BATCHES = `${TREES}batches/`
/** Hours that are over have their trees here. */
export const HOURS = `${TREES}hours/`
const ERASED = `${TREES}erased/`

/** A tenant has its hours below this; no other tenant's name begins so. */
export const hoursOf = (tenantId: string) => `${HOURS}${encodeURIComponent(tenantId)}/`
export const hourAt = (tenantId: string, hour: string) => `${hoursOf(tenantId)}${hour}/`
export const headAt = (tenantId: string, hour: string) => `${hourAt(tenantId, hour)}head`
export const keysAt = (tenantId: string, hour: string) => `${hourAt(tenantId, hour)}keys`

const numbered = (at: number) => String(at).padStart(6, '0')
export const hashesAt = (tenantId: string, hour: string, chunk: number) =>
  `${hourAt(tenantId, hour)}hashes-${numbered(chunk)}`
export const leavesAt = (tenantId: string, hour: string, chunk: number) =>
  `${hourAt(tenantId, hour)}leaves-${numbered(chunk)}`

export const erasedOf = (tenantId: string) => `${ERASED}${encodeURIComponent(tenantId)}/`
/**
 * Names what is to be forgotten of an hour before its class is, by the day on which it is due: lists have keys in
 * their order.
 */
export const askedOf = (tenantId: string) => `${TREES}asked/${encodeURIComponent(tenantId)}/`
export const expiredAt = (tenantId: string) => `${TREES}expired/${encodeURIComponent(tenantId)}`

/** Objects of an hour hold so many leaves each: 2 MB of hashes, in 256 full tiles. */
export const CHUNK = 65_536

/** Writes an hour as trees have it. @param time ms since 1970 */
export const hourOf = (time: number) => new Date(time).toISOString().slice(0, 13)
export const timeOf = (hour: string) => Date.parse(`${hour}:00:00.000Z`)
export const HOUR_MS = 60 * 60 * 1000
