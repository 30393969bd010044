import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import type { Lease } from '../memory/budget'
import type { XapiVersion } from '../standards/xapi/version'
import { inTurns } from '../syntax/steps'
import { decodeText } from '../wire/body'
import {
  type Content,
  findingMentions,
  issuesOfFirst,
  issuesOfMentions,
  type Mention,
  readingContents,
} from './attachments'
import { readingParts } from './multipart'
import { checkingSignatures } from './signatures'

export { answeredIds } from './answered-ids'
export { keptContents, putContents } from './attachment-blobs'
export { assertNoConflict } from './conflicts'

interface MultipartTaking {
  version: XapiVersion
  prepare(text: string): string
  lease: Lease
  maxBytes: number
}

/** The statements of a request, as JSON, and the content of attachments that they name. */
export interface Taken {
  text: string
  contents: Content[]
  mentions: Mention[]
}

/**
 * Takes a JSON body: whatever its statements attach has to be elsewhere.
 * @param prepare changes the text first
 * @throws {AppError} `invalid_request`, with every reason
 */
export async function checkJson(text: string, prepare: (text: string) => string): Promise<string> {
  const ready = prepare(text)
  assertNone(issuesOfMentions(await inTurns(findingMentions(ready)), []))
  return ready
}

/**
 * Takes a multipart body apart: the statements, then the content of what they attach, each with its
 * hash. Nothing of the content is copied.
 * @param asked.prepare changes the text of the statements first
 * @throws {AppError} `invalid_request`, with every reason; `too_large`
 */
export async function takeApart(
  bytes: Uint8Array,
  contentType: string | undefined,
  { version, prepare, lease, maxBytes }: MultipartTaking,
): Promise<Taken> {
  const [first, ...others] = await inTurns(readingParts(bytes, contentType))
  assertNone(issuesOfFirst(first!))
  const text = prepare((await decodeText(first!.bytes, lease, maxBytes)).text)
  const mentions = await inTurns(findingMentions(text))
  const { contents, issues } = await inTurns(readingContents(others, mentions))
  // A part that is wrong is the reason; that its attachment has none is what follows from it.
  assertNone(issues)
  assertNone(issuesOfMentions(mentions, contents))
  assertNone(await inTurns(checkingSignatures(text, contents, version)))
  return { text, contents, mentions }
}

function assertNone(errors: Issue[]): void {
  if (errors.length === 0) return
  const said = errors.slice(0, 3).map(({ path, message }) => [...path, message].join(': '))
  throw new AppError('invalid_request', `${said.join('; ')}.`, { errors })
}
