import { rememberSources } from '../access/keys/sources'
import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Reading } from '../event/reading'
import type { Receipt } from '../event/receipt'
import type { ServerFacts, Standard } from '../event/record'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import type { Source } from '../platform/registry/sources'
import { createQuarantineBody } from '../quarantine/quarantine-body'
import { mediaType } from '../syntax/media-type'
import { inTurns, type Steps } from '../syntax/steps'
import type { Log } from '../telemetry/log'
import { keepBatch } from './keep-batch'
import { createIngest } from './pipeline'
import { type Part, readingBatch, reasonsOf } from './read-batch'
import { tallyOf } from './steps/tally'
import { assertAccepted } from './strict'

/** @throws {AppError} when the body as a whole cannot be read */
export type Reader = (text: string, receivedAt: string) => Steps<Reading>

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
  /** The bodies that a text is a batch of, if it is one. @throws {AppError} `too_large` */
  split?: ((text: string) => Steps<string[] | undefined>) | undefined
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

  return async function accept({ standard, sender, body, read, split, ...sent }) {
    const source = await findSource(sender.tenantId, sender.sourceId)
    const arrival = { ...sender, receivedAt: clock.now().toISOString(), mode: source?.mode }
    const readOne = (text: string) => read(text, arrival.receivedAt)

    // Nothing that a known sender sent is thrown away, not even what nobody can read or verify.
    async function setAside(body: string | Uint8Array, errors: Issue[]): Promise<string> {
      const contentType = mediaType(sent.contentType)?.slice(0, MEDIA_TYPE_LENGTH)
      const quarantineId = await quarantineBody(body, { ...sender, standard, errors, contentType })
      platform.conformance.add(sender, arrival.receivedAt, tallyOf([], [{ errors }]))
      return quarantineId
    }

    function* reading(text: string): Steps<Reading | Part[]> {
      const texts = split && (yield* split(text))
      return texts === undefined ? yield* readOne(text) : yield* readingBatch(texts, readOne)
    }

    let brought: Reading | Part[]
    try {
      const sentText = await sent.text()
      const text = await openSigned(sentText, source, sent.isSigned(sentText))
      brought = await inTurns(reading(text))
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'too_large') throw error
      const errors = reasonsOf(error)
      const quarantineId = await setAside(body, errors)
      throw new AppError(error.code, error.message, { errors, extra: { quarantineId } })
    }
    const receipt = Array.isArray(brought)
      ? await keepBatch(brought, { sender, keep: (one) => ingest(one, arrival), setAside })
      : await ingest(brought, arrival)
    if (arrival.mode === 'strict') assertAccepted(receipt)
    return receipt
  }
}
