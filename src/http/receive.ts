import type { Principal } from '../access/principal'
import { rememberSources } from '../access/sources'
import { AppError } from '../error/app-error'
import type { Reading } from '../event/reading'
import type { ServerFacts, Standard } from '../event/record'
import { createIngest } from '../ingest/pipeline'
import { tallyOf } from '../ingest/steps/tally'
import { createQuarantineBody } from '../quarantine/quarantine-body'
import { mediaType } from '../syntax/media-type'
import { decodeWire, readWire } from './body'
import type { AppContext, AppDeps } from './context'
import { replyWith } from './receipt'
import { isSignedBody, openSignedWith } from './signed-body'
import { assertAccepted } from './strict'

/** @throws {AppError} when the body as a whole cannot be read */
export type Reader = (text: string, receivedAt: string) => Reading

/** One address that takes events, and what is its own about it. */
export interface Door {
  standard: Standard
  /** @throws {AppError} when this caller may not send here */
  admit(c: AppContext): Promise<Principal>
  /** Chooses by the headers how the body is to be read. @throws {AppError} when it is not */
  readerFor(c: AppContext): Reader
  /** Whether a body may be a JWS. */
  takesSigned?: boolean
}

/** Answers a request that brings events: the one path from a key to a receipt. */
export type Receive = (c: AppContext, door: Door) => Promise<Response>

// Names and versions of programs; what is longer is not for us.
const USER_AGENT_LENGTH = 512
// RFC 6838, 4.2: at most 127 characters on each side of the slash.
const MEDIA_TYPE_LENGTH = 255

export function receiveWith(deps: AppDeps): Receive {
  const { platform, options } = deps
  const { config, clock, log } = options
  const ingest = createIngest({ ...platform, config, clock, log })
  const quarantineBody = createQuarantineBody({ ...platform, clock })
  const findSource = rememberSources({ ...platform, clock })
  const openSigned = openSignedWith(options)

  return async function receive(c, { standard, admit, readerFor, takesSigned = false }) {
    const { tenantId, sourceId, keyId } = await admit(c)
    const read = readerFor(c)
    const source = await findSource(tenantId, sourceId)
    const wire = await readWire(c, config.maxBodyBytes)
    const sender = { tenantId, sourceId, server: serverFacts(c, keyId) }
    const receivedAt = clock.now().toISOString()

    let reading: Reading
    try {
      const body = await decodeWire(wire, config.maxBodyBytes)
      const isSigned = takesSigned && isSignedBody(c.req.header('Content-Type'), body)
      reading = read(await openSigned(body, source, isSigned), receivedAt)
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'too_large') throw error
      // Nothing that a known sender sent is thrown away, not even what nobody can read or verify.
      const body = wire.encoding === 'identity' ? wire.text : wire.bytes
      const errors = reasonsOf(error)
      const contentType = mediaType(c.req.header('Content-Type'))?.slice(0, MEDIA_TYPE_LENGTH)
      const unreadable = { ...sender, standard, errors, contentType }
      const quarantineId = await quarantineBody(body, unreadable)
      platform.conformance.add(sender, receivedAt, tallyOf([], [{ errors }]))
      throw new AppError(error.code, error.message, { errors, extra: { quarantineId } })
    }
    const mode = source?.mode
    const receipt = await ingest(reading, { ...sender, receivedAt, mode })
    if (mode === 'strict') assertAccepted(receipt)
    return replyWith(c, receipt)
  }
}

function serverFacts(c: AppContext, keyId: string): ServerFacts {
  const userAgent = c.req.header('User-Agent')?.slice(0, USER_AGENT_LENGTH)
  return { subject: keyId, ip: c.env.ip, userAgent, requestId: c.var.requestId }
}

function reasonsOf({ code, message, errors }: AppError) {
  return errors.length > 0 ? [...errors] : [{ path: [], message, code }]
}
