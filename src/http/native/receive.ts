import type { Receipt } from '../../event/receipt'
import type { Heard, Parsed } from '../../ingest/arrival'
import { isAwaited, keptOf, type One, oneIn, refusalOfOne } from '../../ingest/one'
import { receiptText } from '../../ingest/receipt-text'
import { assertAccepted } from '../../ingest/strict'
import { inTurn } from '../../syntax/steps'
import { charsetOf, encodingOf, SHORT_BYTES } from '../body'
import type { AppContext, AppDeps } from '../context'
import { withLinks } from '../links'
import { preferred } from '../receipt'
import { answerReceipt, type Door, openDoor, type Taken, takeBody } from '../receive'
import { typed } from '../reply'
import type { Reply } from '../route'
import { listReceipt, oneText } from './answer'
import type { ListReply, OneReply } from './replies'

export type NativeReply = Reply<200, ListReply> | Reply<201, OneReply> | Reply<202, OneReply>

/** Answers a request that brings native events, in the shape that what it brought is answered in. */
export type ReceiveNative = (c: AppContext, door: Door) => Promise<NativeReply>

// Looking for the payload of a longer event takes a millisecond or more.
const LONG = 256 * 1024

export function receiveNativeWith(deps: AppDeps): ReceiveNative {
  const { platform, options } = deps

  return async function receiveNative(c, door) {
    let one: One | undefined
    let isStrict = false
    const known = await openDoor(c, door)
    const { person } = known.principal
    const opened = {
      ...known,
      saysRefusal: true as const,
      heard(parsed: Parsed, heard: Heard) {
        one = oneIn(parsed, heard)
        // A person is told of the event that it is theirs, as it is stored.
        if (person !== undefined && one?.event) one.event.actorId ??= person.learnerId
        isStrict = heard.mode === 'strict'
      },
      kept: keptOf(() => one),
    }
    const isStream = options.streamsLines === true && opened.form === 'lines' && mayBeStream(c)
    const take = isStream ? (await import('./take-lines')).takeLines : takeBody
    const receipt = await take(c, deps, opened)
    const wording = { ...opened, ...opened.sender, maxBytes: options.maxReplyBytes }
    const taken = { receipt, wording }
    if (one !== undefined && receipt.unwrapped === undefined) return answerOne(c, taken, one)
    if (isStrict) assertAccepted(receipt)
    return answerList(c, taken)
  }

  async function answerOne(c: AppContext, taken: Taken, one: One): Promise<NativeReply> {
    const { receipt, wording } = taken
    const { context } = one
    const [refused] = receipt.quarantined
    if (isAwaited(receipt, one)) return answerList(c, taken)
    if (refused !== undefined) throw refusalOfOne(refused.errors, refused.quarantineId)
    const isLater = receipt.acceptedForLater !== undefined
    if (one.event === undefined) throw refusalOfOne(one.errors)
    const event = receipt.duplicates > 0 ? await heldInstead(c, one.event) : one.event
    const write = () => oneText(event, receipt, { ...wording, context })
    const text = preferred(c, event.raw.length > LONG ? await inTurn(write) : write())
    if (isLater) return typed<202, OneReply>(c.body(text, 202))
    return typed<201, OneReply>(c.body(text, 201))
  }

  /** The first with an id stands, with the time that it had. */
  async function heldInstead(c: AppContext, event: NonNullable<One['event']>) {
    const tenantId = c.get('tenantId')
    const held = tenantId && (await platform.events.get(tenantId, event.eventId))
    return held || event
  }
}

/** Answers a list with its receipt. Amazon Data Firehose, which sends nothing else, has its own words. */
export function answerList(c: AppContext, taken: Taken): Reply<200, ListReply> {
  const receipt: Receipt = listReceipt(taken.receipt)
  if (receipt.unwrapped?.requestId !== undefined) {
    return typed(answerReceipt(c, { ...taken, receipt }))
  }
  return typed(c.body(preferred(c, withLinks(c, receiptText(receipt, taken.wording)))))
}

/**
 * Tells whether a body is read as it comes: it may be longer than one that is best read in one go, and
 * no other charset has to be known first.
 */
function mayBeStream(c: AppContext): boolean {
  const length = c.req.header('Content-Length')
  const isShort = length !== undefined && Number(length) <= SHORT_BYTES
  if (isShort && encodingOf(c) === 'identity') return false
  return charsetOf(c.req.header('Content-Type')) === undefined
}
