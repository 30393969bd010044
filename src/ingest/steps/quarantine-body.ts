import { AppError } from '../../error/app-error'
import type { Withheld } from '../../event/receipt'
import type { Blocked } from '../../governance/blocklist/blocklist'
import type { GovernedBody } from '../../governance/cleaning'
import type { Governance } from '../../governance/governance'
import type { Clock } from '../../platform/clock'
import type { ConformanceCounts } from '../../platform/conformance-counts'
import type { QuarantineStore } from '../../platform/quarantine-store'
import { createQuarantineBody } from '../../quarantine/quarantine-body'
import { mediaType } from '../../syntax/media-type'
import type { Watch } from '../../watch/watch'
import type { Arrival, Origin, Unreadable } from '../arrival'
import { refusalOfBlocked } from '../blocked'
import { ungoverned } from '../govern-failure'
import { countWith } from './count'

// A media type has at most 127 characters on each side of the slash (RFC 6838, 4.2).
const MEDIA_TYPE_LENGTH = 255

interface Needs {
  quarantine: QuarantineStore
  /** Without it, no policy applies. */
  governance?: Governance | undefined
  conformance: Pick<ConformanceCounts, 'add'>
  watch?: Pick<Watch, 'arrived'> | undefined
  clock: Clock
}

/**
 * Quarantines whole bodies: nothing that a known sender sent is thrown away, not even a body that
 * cannot be read or verified.
 */
export function quarantineBodyWith({ quarantine, governance, conformance, watch, clock }: Needs) {
  const quarantineBody = createQuarantineBody({ quarantine, clock })
  const count = countWith({ conformance, watch })

  /**
   * Quarantines a whole body as it came, as far as it may be kept, and counts it as one item.
   * @returns how it is there, once it is durable
   * @throws {StorageError}
   * @throws {AppError} `quarantine_full`
   */
  return async function quarantineWhole(
    body: string | Uint8Array,
    unreadable: Unreadable,
    arrival: Pick<Arrival, 'sender' | 'standard' | 'contentType' | 'context'>,
    origin: Origin,
  ): Promise<QuarantinedBody> {
    const { standard, sender } = arrival
    const { tenantId, sourceId } = sender
    const kept = await governedBody(body, unreadable, { ...arrival, origin, governance })
    const { errors, message, withheld, server, context } = kept
    const contentType = mediaType(arrival.contentType)?.slice(0, MEDIA_TYPE_LENGTH)
    const about = { tenantId, sourceId, server, standard: standard.name, errors, contentType }
    const quarantineId = await quarantineBody(kept.body, { ...about, context })
    count(origin, { stored: [], refused: [{ errors }], withheld, counted: [] })
    return { quarantineId, code: unreadable.code, message, errors, withheld }
  }
}

/** A body that cannot be read, as far as it is kept. */
export interface QuarantinedBody extends Unreadable {
  quarantineId: string
  /** Its text is not kept, by these. */
  withheld: Withheld[]
}

/** Leaves of an unreadable body what the policy of its tenant lets us keep. @throws {StorageError} */
export async function governedBody(
  body: string | Uint8Array,
  { errors, message }: Unreadable,
  about: Pick<Arrival, 'context'> & {
    standard: Pick<Arrival['standard'], 'name'>
    origin: Origin
    governance: Governance | undefined
  },
): Promise<GovernedBody> {
  const { context, standard, origin, governance } = about
  const raw = typeof body === 'string' ? body : Buffer.from(body).toString('latin1')
  const governing = await governance?.over(origin, standard.name, [{ raw }]).catch(ungoverned)
  if (governing === undefined) {
    return { body, errors, message, context, server: origin.server, withheld: [] }
  }
  const { optOut } = origin
  const around = optOut ? { ...context, optOut: optOut.join(',') } : context
  return governing.cleanBody(body, { errors, message }, around).catch(ungoverned)
}

/** Tells the sender why its body could not be read, and where that is now; first of all that it is blocked, if it is. */
export function refusalOf(
  { code, message, errors, ...kept }: QuarantinedBody,
  blocked?: Blocked | undefined,
): AppError {
  const { quarantineId, withheld } = kept
  const extra = { quarantineId, ...(withheld.length > 0 && { withheld }) }
  if (blocked !== undefined) return refusalOfBlocked(blocked, extra)
  return new AppError(code, message, { errors, extra })
}
