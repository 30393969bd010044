import { randomUUID } from 'node:crypto'
import { AppError } from '../error/app-error'
import { problemOf } from '../error/problem'
import { translate } from '../error/translate'
import type { ServerFacts } from '../event/record'
import { type Budget, unbounded } from '../memory/budget'
import type { Member } from '../platform/connections'
import { MOST_PER_BYTE } from '../syntax/json-cost'
import type { Log } from '../telemetry/log'
import type { PlainBody } from '../wire/body'

/**
 * Answers one message of a connection: the text of a receipt, or of a problem document. Never throws.
 * @param who finds out who is at the other end; undefined when nobody is known to be
 */
export type Publish = (
  who: () => Promise<Member | undefined>,
  message: string | Uint8Array,
) => Promise<string>

interface Needs {
  /**
   * Ingests a body of native events.
   * @returns the text of the receipt
   * @throws {AppError}
   * @throws {StorageError}
   */
  ingest(
    sender: { tenantId: string; sourceId: string; server: ServerFacts },
    body: PlainBody,
  ): Promise<string>
  /** Whether the key or token that opened the connection still holds. */
  isCurrent(member: Member): Promise<boolean>
  maxMessageBytes: number
  /** Memory for what comes in. Left out, it is not counted. */
  budget?: Budget | undefined
  log: Log
}

// As the bodies of requests are decoded: a byte order mark goes, what is not UTF-8 becomes U+FFFD.
const utf8 = new TextDecoder()

/** Events over a connection: each message is a body, as at `POST /api/v1/events`. */
export function createPublish(needs: Needs): Publish {
  const { ingest, isCurrent, log, maxMessageBytes, budget } = needs

  return async function publish(who, message) {
    const requestId = randomUUID()
    let lease = unbounded
    try {
      const member = await who()
      if (member === undefined || !(await isCurrent(member))) {
        const detail = 'What this connection was opened with no longer holds; open another.'
        throw new AppError('unauthenticated', detail)
      }
      const bytes = Buffer.byteLength(message)
      if (bytes > maxMessageBytes) {
        throw new AppError('too_large', `A message may have at most ${maxMessageBytes} bytes.`)
      }
      // It is here already: while it waits, it takes what it has.
      if (budget) lease = await budget.lease(member.tenantId, bytes * MOST_PER_BYTE, bytes)
      lease.arrived()
      const text = typeof message === 'string' ? message : utf8.decode(message)
      const { tenantId, sourceId, keyId: subject, ip, userAgent } = member
      const sender = { tenantId, sourceId, server: { subject, ip, userAgent, requestId } }
      return await ingest(sender, { lease, encoding: 'identity', text, hasRoom: true })
    } catch (thrown) {
      const error = translate(thrown as Error, log, { requestId, route: '/ws/publish' })
      return JSON.stringify(problemOf(error, requestId))
    } finally {
      lease.release()
    }
  }
}
