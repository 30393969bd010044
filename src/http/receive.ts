import type { Receipt } from '../event/receipt'
import type { ServerFacts } from '../event/record'
import type { Principal } from '../identity/principal'
import type { Arrival, Sender } from '../ingest/arrival'
import { receiptText, type Wording } from '../ingest/receipt-text'
import { senderBy } from '../ingest/sender'
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

/** A request that was taken in has its receipt, and what its answer is worded by. */
export interface Taken {
  receipt: Receipt
  wording: Wording
}

/** A request that was opened is known but for its body. */
export type Opened = Pick<Arrival, 'sender' | 'standard' | 'form' | 'contentType'> & {
  principal: Principal
  readBody: NonNullable<Door['readBody']>
}

// Firehose reads an answer of at most 1 MiB.
const FIREHOSE_BYTES = 1024 * 1024

// Names and versions of programs; a longer one is not for us.
const USER_AGENT_LENGTH = 512

type Needs = Pick<AppDeps, 'services' | 'options'>

/** Lets a sender in. @throws {AppError} when this caller may not send here, or not under this type */
export async function openDoor(
  c: AppContext,
  { standard, admit, formOf, readBody = readWire }: Door,
): Promise<Opened> {
  c.set('brings', true)
  const principal = await admit(c)
  const form = formOf(c)
  const contentType = c.req.header('Content-Type')
  const sender = senderOf(c, principal)
  return { principal, sender, standard, form, contentType, readBody }
}

/** Takes the body of a request in, whole, within its budget: it hands over an arrival. */
export async function takeBody(
  c: AppContext,
  { services, options }: Needs,
  { readBody, ...opened }: Opened & Pick<Arrival, 'heard' | 'saysRefusal'>,
): Promise<Receipt> {
  const body = await readBody(c, options.config)
  if (body.encoding === 'identity') refuseForm(c, body.text)
  return services.ingest({ ...opened, body })
}

export function receiveWith(needs: Needs): Receive {
  const { maxReplyBytes: maxBytes } = needs.options

  return async function receive(c, door) {
    const opened = await openDoor(c, door)
    const receipt = await takeBody(c, needs, opened)
    return answerReceipt(c, { receipt, wording: { ...opened, ...opened.sender, maxBytes } })
  }
}

/** Answers with the receipt of a request, as Amazon Data Firehose reads it where it came from there. */
export function answerReceipt(c: AppContext, { receipt, wording }: Taken): ReceiptReply {
  const { requestId } = receipt.unwrapped ?? {}
  if (requestId === undefined) return replyWith(c, withLinks(c, receiptText(receipt, wording)))
  // Amazon Data Firehose takes nothing for delivered that does not repeat its name of the request.
  const answer = { ...receipt, requestId, timestamp: Date.now() }
  const text = receiptText(answer, { ...wording, maxBytes: FIREHOSE_BYTES })
  return replyWith(c, withLinks(c, text), true)
}

/** Says who sends, with what the server saw of the request. */
export function senderOf(c: AppContext, principal: Principal): Sender {
  const { subject: _, ...seen } = serverFacts(c, principal.keyId)
  return senderBy(principal, seen, optOutIn(c))
}

/** Lists the signals by which the browser of a request opts out: Global Privacy Control, and Do Not Track. */
export function optOutIn(c: AppContext): Sender['optOut'] {
  const isGpc = c.req.header('Sec-GPC') === '1'
  const isDnt = c.req.header('DNT') === '1'
  if (!isGpc && !isDnt) return undefined
  return [...(isGpc ? (['gpc'] as const) : []), ...(isDnt ? (['dnt'] as const) : [])]
}

export function serverFacts(c: AppContext, keyId: string): ServerFacts {
  const userAgent = c.req.header('User-Agent')?.slice(0, USER_AGENT_LENGTH)
  return { subject: keyId, ip: c.env.ip, userAgent, requestId: c.get('requestId') }
}
