import { AppError } from '../error/app-error'
import type { Reading } from '../event/reading'
import type { ServerFacts, Standard } from '../event/record'
import { createIngest } from '../ingest/pipeline'
import { createQuarantineBody } from '../quarantine/quarantine-body'
import { mediaType } from '../syntax/media-type'
import { requireScope } from './authenticate'
import { decodeWire, readWire } from './body'
import type { AppContext, AppDeps } from './context'
import { replyWith } from './receipt'

/** @throws {AppError} when the body as a whole cannot be read */
export type Reader = (text: string, receivedAt: string) => Reading

/** Answers a request that brings events: the one path from a key to a receipt. */
export type Receive = (
  c: AppContext,
  standard: Standard,
  /** Chooses by the headers how the body is to be read. @throws {AppError} when it is not */
  readerFor: (c: AppContext) => Reader,
) => Promise<Response>

// Names and versions of programs; what is longer is not for us.
const USER_AGENT_LENGTH = 512
// RFC 6838, 4.2: at most 127 characters on each side of the slash.
const MEDIA_TYPE_LENGTH = 255

export function receiveWith({ platform, options }: AppDeps): Receive {
  const { config, clock } = options
  const ingest = createIngest({ ...platform, config, clock })
  const quarantineBody = createQuarantineBody({ ...platform, clock })

  return async function receive(c, standard, readerFor) {
    const { tenantId, sourceId, keyId } = await requireScope(c, 'events:write')
    const read = readerFor(c)
    const wire = await readWire(c, config.maxBodyBytes)
    const sender = { tenantId, sourceId, server: serverFacts(c, keyId) }
    const receivedAt = clock.now().toISOString()

    let reading: Reading
    try {
      reading = read(await decodeWire(wire, config.maxBodyBytes), receivedAt)
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'too_large') throw error
      // Nothing that a known sender sent is thrown away, not even what nobody can read.
      const body = wire.encoding === 'identity' ? wire.text : wire.bytes
      const errors = reasonsOf(error)
      const contentType = mediaType(c.req.header('Content-Type'))?.slice(0, MEDIA_TYPE_LENGTH)
      const unreadable = { ...sender, standard, errors, contentType }
      const quarantineId = await quarantineBody(body, unreadable)
      throw new AppError(error.code, error.message, { errors, extra: { quarantineId } })
    }
    return replyWith(c, await ingest(reading, { ...sender, receivedAt }))
  }
}

function serverFacts(c: AppContext, keyId: string): ServerFacts {
  const userAgent = c.req.header('User-Agent')?.slice(0, USER_AGENT_LENGTH)
  return { subject: keyId, ip: c.env.ip, userAgent, requestId: c.var.requestId }
}

function reasonsOf({ code, message, errors }: AppError) {
  return errors.length > 0 ? [...errors] : [{ path: [], message, code }]
}
