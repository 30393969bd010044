import type { ServerFacts } from '../event/record'
import type { Principal } from '../identity/principal'
import { allows } from '../identity/xapi-rights'
import type { Sender } from '../ingest/arrival'
import { receiptText } from '../ingest/receipt-text'
import type { BodyForm, Standard } from '../standards/standard'
import type { WireBody } from '../wire/body'
import { readWire } from './body'
import type { AppContext, AppDeps } from './context'
import { refuseForm } from './json-type'
import { withLinks } from './links'
import { type ReceiptReply, replyWith } from './receipt'

/** One address that takes events, and everything in which it differs from the others. */
export interface Door {
  standard: Standard
  /** @throws {AppError} when this caller may not send here */
  admit(c: AppContext): Promise<Principal>
  /** Tells by the headers how the body is laid out. @throws {AppError} when that is not taken here */
  formOf(c: AppContext): BodyForm
  /** Reads what is more than a body, or less. Left out, it is the body. @throws {AppError} */
  readBody?(c: AppContext, limits: Limits): Promise<WireBody>
}

type Limits = Parameters<typeof readWire>[1]

/** Answers a request that brings events: from a key to a receipt. */
export type Receive = (c: AppContext, door: Door) => Promise<ReceiptReply>

// Firehose reads an answer of at most 1 MiB.
const FIREHOSE_BYTES = 1024 * 1024

// Names and versions of programs; a longer one is not for us.
const USER_AGENT_LENGTH = 512

/** HTTP receives: it authenticates, reads the body within its budget, and hands over an arrival. */
export function receiveWith({ services, options }: Pick<AppDeps, 'services' | 'options'>): Receive {
  const { config, maxReplyBytes } = options

  return async function receive(c, { standard, admit, formOf, readBody = readWire }) {
    c.set('brings', true)
    const principal = await admit(c)
    const form = formOf(c)
    const body = await readBody(c, config)
    if (body.encoding === 'identity') refuseForm(c, body.text)
    const contentType = c.req.header('Content-Type')
    const sender = senderOf(c, principal)
    const receipt = await services.ingest({ sender, standard, form, contentType, body })
    const { requestId } = receipt.unwrapped ?? {}
    const wording = { standard, ...sender, maxBytes: maxReplyBytes }
    if (requestId === undefined) {
      return replyWith(c, withLinks(c, receiptText(receipt, wording)))
    }
    // Amazon Data Firehose takes nothing for delivered that does not repeat its name of the request.
    const answer = { ...receipt, requestId, timestamp: Date.now() }
    const text = receiptText(answer, { ...wording, maxBytes: FIREHOSE_BYTES })
    return replyWith(c, withLinks(c, text), true)
  }
}

/** Says who sends, with what the server saw of the request. */
export function senderOf(c: AppContext, principal: Principal): Sender {
  const { tenantId, sourceId, keyId } = principal
  const facts = serverFacts(c, keyId)
  const server = allows(principal, 'define') ? facts : { ...facts, defines: false as const }
  return { tenantId, sourceId, server }
}

export function serverFacts(c: AppContext, keyId: string): ServerFacts {
  const userAgent = c.req.header('User-Agent')?.slice(0, USER_AGENT_LENGTH)
  return { subject: keyId, ip: c.env.ip, userAgent, requestId: c.var.requestId }
}
