import { AppError } from '../../error/app-error'
import type { Clock } from '../../platform/clock'
import type { ConformanceCounts } from '../../platform/conformance-counts'
import type { QuarantineStore } from '../../platform/quarantine-store'
import { createQuarantineBody } from '../../quarantine/quarantine-body'
import { mediaType } from '../../syntax/media-type'
import type { Watch } from '../../watch/watch'
import type { Arrival, Origin, Unreadable } from '../arrival'
import { countWith } from './count'

// A media type has at most 127 characters on each side of the slash (RFC 6838, 4.2).
const MEDIA_TYPE_LENGTH = 255

interface Needs {
  quarantine: QuarantineStore
  conformance: Pick<ConformanceCounts, 'add'>
  watch?: Pick<Watch, 'arrived'> | undefined
  clock: Clock
}

/**
 * Quarantines whole bodies: nothing that a known sender sent is thrown away, not even a body that
 * cannot be read or verified.
 */
export function quarantineBodyWith({ quarantine, conformance, watch, clock }: Needs) {
  const quarantineBody = createQuarantineBody({ quarantine, clock })
  const count = countWith({ conformance, watch })

  /**
   * Quarantines a whole body as it came, and counts it as one item.
   * @returns its id there, once it is durable
   * @throws {StorageError}
   * @throws {AppError} `quarantine_full`
   */
  return async function quarantineWhole(
    body: string | Uint8Array,
    { errors }: Unreadable,
    arrival: Pick<Arrival, 'sender' | 'standard' | 'contentType' | 'context'>,
    origin: Origin,
  ): Promise<string> {
    const contentType = mediaType(arrival.contentType)?.slice(0, MEDIA_TYPE_LENGTH)
    const standard = arrival.standard.name
    const about = { ...arrival.sender, standard, errors, contentType, context: arrival.context }
    const quarantineId = await quarantineBody(body, about)
    count(origin, [], [{ errors }])
    return quarantineId
  }
}

/** Tells the sender why its body could not be read, and where that is now. */
export function refusalOf({ code, message, errors }: Unreadable, quarantineId: string): AppError {
  return new AppError(code, message, { errors, extra: { quarantineId } })
}
