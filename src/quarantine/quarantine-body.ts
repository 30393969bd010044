import { firstIssues } from '../error/bounded-issues'
import type { Issue } from '../error/issue'
import type { ServerFacts, Standard } from '../event/record'
import type { Clock } from '../platform/clock'
import type { QuarantineStore } from '../platform/quarantine-store'
import { KEPT_REASONS } from './kept-reasons'
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
  standard: Standard
  errors: Issue[]
  /** What its headers said that reading it again needs. */
  contentType?: string | undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Keeps the whole body of a request that a known sender made and nobody could read. */
export function createQuarantineBody({ quarantine, clock }: Needs) {
  /**
   * Bytes that are not UTF-8 are kept as base64, which `context.encoding` then says.
   * @returns the id to name in the reply, once the body is durable
   * @throws {StorageError}
   */
  return async function quarantineBody(
    body: string | Uint8Array,
    { contentType, ...unreadable }: UnreadableBody,
  ): Promise<string> {
    const sender = { ...unreadable, errors: firstIssues(unreadable.errors, KEPT_REASONS) }
    const text = typeof body === 'string' ? body : decode(body)
    const context: Record<string, string> = {}
    if (text === undefined) context.encoding = 'base64'
    if (contentType !== undefined) context.contentType = contentType
    const raw = text ?? Buffer.from(body).toString('base64')
    const item = { ...sender, scope: 'body', index: 0, context, raw } as const
    const id = quarantineId(item)
    await quarantine.put([{ ...item, quarantineId: id, receivedAt: clock.now().toISOString() }])
    return id
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
