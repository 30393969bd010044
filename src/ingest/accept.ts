import { rememberSources } from '../access/sources'
import { AppError } from '../error/app-error'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { ServerFacts, Standard } from '../event/record'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import type { Source } from '../platform/registry'
import { createQuarantineBody } from '../quarantine/quarantine-body'
import { mediaType } from '../syntax/media-type'
import type { Log } from '../telemetry/log'
import { createIngest } from './pipeline'
import { tallyOf } from './steps/tally'
import { assertAccepted } from './strict'

/** @throws {AppError} when the body as a whole cannot be read */
export type Reader = (text: string, receivedAt: string) => Reading

/** A body that a known sender sent, by whichever way it came. */
export interface Sent {
  standard: Standard
  sender: { tenantId: string; sourceId: string; server: ServerFacts }
  /** As it came: what is kept when nobody can read it. */
  body: string | Uint8Array
  /** What is to be read. @throws {AppError} when the encoding cannot be undone, or it is too large */
  text(): string | Promise<string>
  /** What its header said. */
  contentType?: string | undefined
  /** Whether a text is a JWS, where one may be. */
  isSigned(text: string): boolean
  read: Reader
}

/**
 * From a body to a receipt: opened, read, stored, and kept in quarantine whatever cannot be.
 * @throws {AppError} with `quarantineId` when nothing of the body could be read
 * @throws {StorageError}
 */
export type Accept = (sent: Sent) => Promise<Receipt>

interface Needs {
  platform: Pick<ServingPlatform, 'events' | 'quarantine' | 'registry' | 'conformance' | 'spill'>
  config: { hotTtlDays: number }
  clock: Clock
  log: Log
  /** Takes the signature off a text, where there is one and where there has to be one. */
  openSigned(text: string, source: Source | undefined, isSigned: boolean): Promise<string>
}

// RFC 6838, 4.2: at most 127 characters on each side of the slash.
const MEDIA_TYPE_LENGTH = 255

export function createAccept({ platform, config, clock, log, openSigned }: Needs): Accept {
  const ingest = createIngest({ ...platform, config, clock, log })
  const quarantineBody = createQuarantineBody({ ...platform, clock })
  const findSource = rememberSources({ ...platform, clock })

  return async function accept({ standard, sender, body, read, ...sent }) {
    const source = await findSource(sender.tenantId, sender.sourceId)
    const receivedAt = clock.now().toISOString()

    let reading: Reading
    try {
      const text = await sent.text()
      reading = read(await openSigned(text, source, sent.isSigned(text)), receivedAt)
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'too_large') throw error
      // Nothing that a known sender sent is thrown away, not even what nobody can read or verify.
      const errors = reasonsOf(error)
      const contentType = mediaType(sent.contentType)?.slice(0, MEDIA_TYPE_LENGTH)
      const quarantineId = await quarantineBody(body, { ...sender, standard, errors, contentType })
      platform.conformance.add(sender, receivedAt, tallyOf([], [{ errors }]))
      throw new AppError(error.code, error.message, { errors, extra: { quarantineId } })
    }
    const mode = source?.mode
    const receipt = await ingest(reading, { ...sender, receivedAt, mode })
    if (mode === 'strict') assertAccepted(receipt)
    return receipt
  }
}

function reasonsOf({ code, message, errors }: AppError) {
  return errors.length > 0 ? [...errors] : [{ path: [], message, code }]
}
