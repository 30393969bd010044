import { randomUUID } from 'node:crypto'
import type { Identity } from '../access/identity'
import type { FindTenant } from '../access/keys/tenants'
import { AppError } from '../error/app-error'
import { translate } from '../error/translate'
import type { Ingest } from '../ingest/ingest'
import { keptOf, type One, oneIn } from '../ingest/one'
import { receiptText } from '../ingest/receipt-text'
import { senderBy } from '../ingest/sender'
import { assertAccepted } from '../ingest/strict'
import type { Limiter } from '../limits/limiter'
import { rateLimited } from '../limits/rate-limited'
import { type Budget, type Lease, unbounded } from '../memory/budget'
import type { Connection, SocketProtocol } from '../platform/connections'
import { native } from '../standards/native/standard'
import { MOST_PER_BYTE } from '../syntax/json-cost'
import type { Log } from '../telemetry/log'
import type { Watch } from '../watch/watch'
import { type WireBody, wireBody } from '../wire/body'
import { publishName, publishPath } from './publish-address'
import { errorAnswer, oneAnswer } from './publish-answer'

export interface PublishNeeds {
  ingest: Ingest
  identity: Pick<Identity, 'isCurrent' | 'isCurrentNow'>
  log: Log
  /** Without it, nobody is told of what is refused. */
  watch?: Pick<Watch, 'refused'> | undefined
  /** Without it, messages are not limited. */
  limiter?: Limiter | undefined
  /** The limits of tenants are found by it. */
  findTenant?: FindTenant | undefined
  /** The budget is memory for incoming messages. Without it, memory is not counted. */
  budget?: Budget | undefined
}

export interface MessageLimits {
  maxMessageBytes: number
  /** The platform can send back at most so much in one message. */
  maxReplyBytes: number
}

/**
 * Takes events over a connection: each message is a body, as at `POST /api/v1/events`. One event is
 * answered as a real-time event pipeline answers it, a list by its receipt, and what is refused by a
 * problem; nothing that is sent ends the connection.
 */
export function createPublish(
  { ingest, identity, log, watch, budget, limiter, findTenant }: PublishNeeds,
  { maxMessageBytes, maxReplyBytes }: MessageLimits,
): SocketProtocol {
  async function answer(connection: Connection, body: WireBody, requestId: string) {
    const { principal, ip, userAgent, optOut } = connection
    const sender = senderBy(principal, { ip, userAgent, requestId }, optOut)
    const { sourceId } = sender
    let one: One | undefined
    let isStrict = false
    const receipt = await ingest({
      ...{ sender, standard: native, form: 'message', body },
      saysRefusal: true,
      heard(parsed, heard) {
        one = oneIn(parsed, heard)
        isStrict = heard.mode === 'strict'
      },
      kept: keptOf(() => one),
    })
    const wording = { standard: native, sourceId, maxBytes: maxReplyBytes }
    if (one !== undefined && receipt.unwrapped === undefined) {
      return oneAnswer(one, receipt, wording)
    }
    if (isStrict) assertAccepted(receipt)
    return receiptText(receipt, wording)
  }

  return {
    name: publishName,
    path: publishPath,
    isCurrent: ({ principal }) => identity.isCurrentNow(principal, 'events:write'),

    async receive(who, message) {
      const requestId = randomUUID()
      let lease = unbounded
      let connection: Connection | undefined
      try {
        connection = await who()
        if (!connection || !(await identity.isCurrent(connection.principal, 'events:write'))) {
          const detail = 'What this connection was opened with no longer holds; open another.'
          throw new AppError('unauthenticated', detail)
        }
        const bytes = Buffer.byteLength(message)
        if (bytes > maxMessageBytes) {
          throw new AppError('too_large', `A message may have at most ${maxMessageBytes} bytes.`)
        }
        const { principal } = connection
        const { tenantId } = principal
        const tenant = limiter && (await findTenant?.(tenantId))
        const allowance = limiter?.known(principal, tenant, 'publish')
        if (allowance?.isOver) throw rateLimited(allowance)
        // The message is here already: while it waits, it takes its bytes.
        if (budget) lease = await budget.lease(tenantId, bytes * MOST_PER_BYTE, bytes)
        lease.arrived()
        return await answer(connection, await bodyOf(message, lease), requestId)
      } catch (thrown) {
        const error = translate(thrown as Error, log, { requestId, route: publishPath })
        if (connection !== undefined) watch?.refused(connection.principal, error.code)
        return errorAnswer(error, requestId)
      } finally {
        lease.release()
      }
    },
  }
}

/** A message of bytes is decoded as the body of a request is. */
function bodyOf(message: string | Uint8Array, lease: Lease): WireBody | Promise<WireBody> {
  if (typeof message !== 'string') return wireBody(message, { lease, short: message.length })
  return { lease, encoding: 'identity', text: message, hasRoom: true }
}
