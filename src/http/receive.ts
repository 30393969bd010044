import type { Principal } from '../access/principal'
import { rememberSources } from '../access/sources'
import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Reading } from '../event/reading'
import type { ServerFacts, Standard } from '../event/record'
import { createIngest } from '../ingest/pipeline'
import { tallyOf } from '../ingest/steps/tally'
import { createQuarantineBody } from '../quarantine/quarantine-body'
import { mediaType } from '../syntax/media-type'
import { decodeWire, readWire } from './body'
import type { AppContext, AppDeps } from './context'
import { keepBatch } from './keep-batch'
import { type Part, readBatch, reasonsOf } from './read-batch'
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
  /** The bodies that a body is a batch of, if it is one. @throws {AppError} `too_large` */
  split?(text: string): string[] | undefined
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
  const { config, clock } = options
  const ingest = createIngest({ ...platform, config, clock })
  const quarantineBody = createQuarantineBody({ ...platform, clock })
  const findSource = rememberSources({ ...platform, clock })
  const openSigned = openSignedWith(options)

  return async function receive(c, door) {
    const { standard, admit, readerFor, split, takesSigned = false } = door
    const { tenantId, sourceId, keyId } = await admit(c)
    const read = readerFor(c)
    const source = await findSource(tenantId, sourceId)
    const wire = await readWire(c, config.maxBodyBytes)
    const sender = { tenantId, sourceId, server: serverFacts(c, keyId) }
    const arrival = { ...sender, receivedAt: clock.now().toISOString(), mode: source?.mode }
    const readOne = (text: string) => read(text, arrival.receivedAt)

    // Nothing that a known sender sent is thrown away, not even what nobody can read or verify.
    async function setAside(body: string | Uint8Array, errors: Issue[]): Promise<string> {
      const contentType = mediaType(c.req.header('Content-Type'))?.slice(0, MEDIA_TYPE_LENGTH)
      const quarantineId = await quarantineBody(body, { ...sender, standard, errors, contentType })
      platform.conformance.add(sender, arrival.receivedAt, tallyOf([], [{ errors }]))
      return quarantineId
    }

    let brought: Reading | Part[]
    try {
      const body = await decodeWire(wire, config.maxBodyBytes)
      const isSigned = takesSigned && isSignedBody(c.req.header('Content-Type'), body)
      const text = await openSigned(body, source, isSigned)
      const texts = split?.(text)
      brought = texts === undefined ? readOne(text) : readBatch(texts, readOne)
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'too_large') throw error
      const errors = reasonsOf(error)
      const body = wire.encoding === 'identity' ? wire.text : wire.bytes
      const quarantineId = await setAside(body, errors)
      throw new AppError(error.code, error.message, { errors, extra: { quarantineId } })
    }
    const receipt = Array.isArray(brought)
      ? await keepBatch(brought, { sender, keep: (one) => ingest(one, arrival), setAside })
      : await ingest(brought, arrival)
    if (arrival.mode === 'strict') assertAccepted(receipt)
    return replyWith(c, receipt)
  }
}

function serverFacts(c: AppContext, keyId: string): ServerFacts {
  const userAgent = c.req.header('User-Agent')?.slice(0, USER_AGENT_LENGTH)
  return { subject: keyId, ip: c.env.ip, userAgent, requestId: c.var.requestId }
}
