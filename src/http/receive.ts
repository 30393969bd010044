import type { Principal } from '../access/principal'
import type { ServerFacts, Standard } from '../event/record'
import { createAccept, type Reader } from '../ingest/accept'
import { receiptWithin } from '../ingest/receipt-within'
import type { Steps } from '../syntax/steps'
import { decodeWire, readWire } from './body'
import type { AppContext, AppDeps } from './context'
import { type ReceiptReply, replyWith } from './receipt'
import { isSignedBody, openSignedWith } from './signed-body'

export type { Reader } from '../ingest/accept'

/** One address that takes events, and what is its own about it. */
export interface Door {
  standard: Standard
  /** @throws {AppError} when this caller may not send here */
  admit(c: AppContext): Promise<Principal>
  /** Chooses by the headers how the body is to be read. @throws {AppError} when it is not */
  readerFor(c: AppContext): Reader
  /** The bodies that a body is a batch of, if it is one. @throws {AppError} `too_large` */
  split?(text: string): Steps<string[] | undefined>
  /** Whether a body may be a JWS. */
  takesSigned?: boolean
}

/** Answers a request that brings events: the one path from a key to a receipt. */
export type Receive = (c: AppContext, door: Door) => Promise<ReceiptReply>

// Names and versions of programs; what is longer is not for us.
const USER_AGENT_LENGTH = 512

export function receiveWith({ platform, options }: Omit<AppDeps, 'answers'>): Receive {
  const { config, maxReplyBytes } = options
  const accept = createAccept({ platform, ...options, openSigned: openSignedWith(options) })

  return async function receive(c, door) {
    const { standard, admit, readerFor, split, takesSigned = false } = door
    const { tenantId, sourceId, keyId } = await admit(c)
    const read = readerFor(c)
    const wire = await readWire(c, config)
    const contentType = c.req.header('Content-Type')
    const receipt = await accept({
      ...{ standard, read, split, contentType },
      sender: { tenantId, sourceId, server: serverFacts(c, keyId) },
      body: wire.encoding === 'identity' ? wire.text : wire.bytes,
      text: () => decodeWire(wire, config),
      isSigned: (text) => takesSigned && isSignedBody(contentType, text),
    })
    return replyWith(c, receiptWithin(receipt, sourceId, maxReplyBytes))
  }
}

export function serverFacts(c: AppContext, keyId: string): ServerFacts {
  const userAgent = c.req.header('User-Agent')?.slice(0, USER_AGENT_LENGTH)
  return { subject: keyId, ip: c.env.ip, userAgent, requestId: c.var.requestId }
}
