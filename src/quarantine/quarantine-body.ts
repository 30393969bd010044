import { firstIssues } from '../error/bounded-issues'
import type { Issue } from '../error/issue'
import type { Repair, ServerFacts, StandardName } from '../event/record'
import type { Clock } from '../platform/clock'
import type { QuarantinedItem, QuarantineStore } from '../platform/quarantine-store'
import { MAX_REASONS } from './max-reasons'
import { quarantineId } from './quarantine-id'

interface Needs {
  quarantine: QuarantineStore
  clock: Clock
}

/** Whose body it is, and why it could not be read. */
export interface UnreadableBody {
  tenantId: string
  sourceId: string
  server: ServerFacts
  standard: StandardName
  errors: Issue[]
  /** Reading it again needs this one of its headers. */
  contentType?: string | undefined
  /** So does what others of its headers said. */
  context?: Record<string, string> | undefined
  /** A part of a batch that was repaired as a whole has the mark of that repair. */
  repair?: Repair | undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Quarantines the whole body of a request that a known sender made and nobody could read. */
export function createQuarantineBody({ quarantine, clock }: Needs) {
  /**
   * @returns the id to name in the reply, once the body is durable
   * @throws {StorageError}
   */
  return async function quarantineBody(
    body: string | Uint8Array,
    unreadable: UnreadableBody,
  ): Promise<string> {
    const item = quarantinedBody(body, unreadable, clock.now().toISOString())
    await quarantine.put([item])
    return item.quarantineId
  }
}

/**
 * Makes of a body what the quarantine stores. Bytes that are not UTF-8 become base64, which
 * `context.encoding` then says.
 * @param receivedAt ISO 8601 UTC
 */
export function quarantinedBody(
  body: string | Uint8Array,
  { contentType, context: said, ...unreadable }: UnreadableBody,
  receivedAt: string,
): QuarantinedItem {
  const { tenantId, sourceId, server, standard, repair } = unreadable
  const errors = firstIssues(unreadable.errors, MAX_REASONS)
  const text = typeof body === 'string' ? body : decode(body)
  const context: Record<string, string> = { ...said }
  if (text === undefined) context.encoding = 'base64'
  if (contentType !== undefined) context.contentType = contentType
  const raw = text ?? Buffer.from(body).toString('base64')
  const sender = { tenantId, sourceId, server, standard, errors }
  const item = { ...sender, scope: 'body', index: 0, context, raw } as const
  return { ...item, quarantineId: quarantineId(item), receivedAt, ...(repair && { repair }) }
}

function decode(bytes: Uint8Array): string | undefined {
  // Text with zeros in it is UTF-16 as a rule, which is valid UTF-8 as far as it is ASCII.
  if (bytes.includes(0)) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
