import type { Issue } from '../error/issue'
import { parsingItems } from '../event/json-body'
import { checkSignature, signaturesIn } from '../standards/xapi/signature'
import type { XapiVersion } from '../standards/xapi/version'
import type { Steps } from '../syntax/steps'
import { type Content, mayNameAttachments } from './attachments'
import { isJsonObject } from './json'

/**
 * Checks the signatures of statements (1.0.3, Data, 2.6), each a part of the request. One whose content
 * is elsewhere cannot be checked.
 */
export function* checkingSignatures(
  text: string,
  contents: readonly Content[],
  version: XapiVersion,
): Steps<Issue[]> {
  if (contents.length === 0 || !mayNameAttachments(text)) return []
  const issues: Issue[] = []
  const bytesOf = new Map(contents.map(({ sha2, bytes }) => [sha2, bytes]))
  const items = yield* parsingItems(text)
  const statements = items?.elements ?? [{ value: parsed(text), text }]
  for (const [place, { value, text: statement }] of statements.entries()) {
    yield
    if (!isJsonObject(value)) continue
    const path = items === undefined ? [] : [place]
    for (const index of signaturesIn(value)) {
      const bytes = bytesOf.get(hashAt(value, index))
      if (bytes === undefined) continue
      issues.push(...checkSignature({ statement, index, bytes, version, path }))
      yield
    }
  }
  return issues
}

function hashAt({ attachments }: Record<string, unknown>, index: number): string {
  const attachment: unknown = Array.isArray(attachments) ? attachments[index] : undefined
  return isJsonObject(attachment) ? String(attachment.sha2).toLowerCase() : ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
