import { createHash, type Hash } from 'node:crypto'
import type { Issue } from '../error/issue'
import { parsingItems } from '../event/json-body'
import { mediaType } from '../syntax/media-type'
import type { Steps } from '../syntax/steps'
import { isJsonObject, type JsonObject } from './json'
import { type Part, parameterOf } from './multipart'

/** A statement names an attachment. */
export interface Mention {
  /** From the root of the request's JSON to the attachment. */
  path: Issue['path']
  /** In lower case. */
  sha2: string
  attachment: JsonObject
}

/** The content of an attachment, and the name under which it is kept. */
export interface Content {
  /** In lower case. */
  sha2: string
  bytes: Uint8Array
}

const SPEC = 'xAPI 1.0.3, Data, 2.4.11 Attachments'
const MULTIPART_SPEC = 'xAPI 1.0.3, Communication, 1.5.2 Multipart/Mixed'

/**
 * Finds the attachments that the statements of a body name. A body that is not JSON, and an attachment
 * without a hash, name none: the gate of the standard refuses both.
 */
export function* findingMentions(text: string): Steps<Mention[]> {
  if (!mayNameAttachments(text)) return []
  const items = yield* parsingItems(text)
  if (items === undefined) return mentionsIn(parsed(text), [])
  return items.elements.flatMap(({ value }, index) => mentionsIn(value, [index]))
}

/** Tells of most statements, without parsing them, that they name none. Escapes could hide the name. */
export function mayNameAttachments(json: string): boolean {
  return json.includes('"attachments"') || json.includes('\\u')
}

/** Finds the attachments of one statement, and of a SubStatement in it. */
export function mentionsIn(statement: unknown, path: Issue['path']): Mention[] {
  if (!isJsonObject(statement)) return []
  const { attachments, object } = statement
  const own = Array.isArray(attachments) ? attachments : []
  const mentions = own.flatMap((attachment, index) => {
    if (!isJsonObject(attachment) || typeof attachment.sha2 !== 'string') return []
    const place = [...path, 'attachments', index]
    return [{ path: place, sha2: attachment.sha2.toLowerCase(), attachment }]
  })
  const hasSubStatement = isJsonObject(object) && object.objectType === 'SubStatement'
  return hasSubStatement ? [...mentions, ...mentionsIn(object, [...path, 'object'])] : mentions
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Lists the attachments whose content is nowhere. A `length` that is not that of the content is taken,
 * as ADL's suite asks: it is the hash that tells one content from another.
 */
export function issuesOfMentions(
  mentions: readonly Mention[],
  contents: readonly Content[],
): Issue[] {
  const known = new Set(contents.map(({ sha2 }) => sha2))
  const message = 'Needs a part of a multipart/mixed body with this hash, or a fileUrl'
  return mentions
    .filter(({ sha2, attachment }) => !known.has(sha2) && attachment.fileUrl === undefined)
    .map(({ path }) => ({ path, message, code: 'missing_attachment', spec: SPEC }))
}

// SHA-2 by the number of its hexadecimal digits.
const algorithms: Record<number, string> = {
  56: 'sha224',
  64: 'sha256',
  96: 'sha384',
  128: 'sha512',
}
const HEX = /^[\da-f]+$/

/**
 * Reads the parts behind the first, each the content of an attachment, and checks their headers and
 * hashes.
 */
export function* readingContents(
  parts: readonly Part[],
  mentions: readonly Mention[],
): Steps<{ contents: Content[]; issues: Issue[] }> {
  const named = new Set(mentions.map(({ sha2 }) => sha2))
  const contents = new Map<string, Content>()
  const issues: Issue[] = []
  for (const [place, { headers, bytes }] of parts.entries()) {
    const path = ['parts', place + 1]
    const sha2 = headers.get('x-experience-api-hash')?.toLowerCase()
    const found = [...issuesOfEncoding(headers, path), ...issuesOfHash(sha2, named, path)]
    if (found.length === 0 && (yield* hashing(bytes, sha2!)) !== sha2) {
      found.push({
        path: [...path, 'X-Experience-API-Hash'],
        message: 'Is not the hash of this part',
        code: 'wrong_hash',
        spec: MULTIPART_SPEC,
      })
    }
    issues.push(...found)
    if (found.length === 0) contents.set(sha2!, { sha2: sha2!, bytes })
  }
  return { contents: [...contents.values()], issues }
}

function issuesOfEncoding(headers: Part['headers'], path: Issue['path']): Issue[] {
  const name = 'Content-Transfer-Encoding'
  const encoding = headers.get(name.toLowerCase())
  if (encoding?.toLowerCase() === 'binary') return []
  const message = encoding === undefined ? 'Required' : 'Must be binary'
  const code = encoding === undefined ? 'required' : 'invalid_value'
  return [{ path: [...path, name], message, code, spec: MULTIPART_SPEC }]
}

function issuesOfHash(sha2: string | undefined, named: Set<string>, part: Issue['path']): Issue[] {
  const path = [...part, 'X-Experience-API-Hash']
  const spec = MULTIPART_SPEC
  if (sha2 === undefined) return [{ path, message: 'Required', code: 'required', spec }]
  if (!HEX.test(sha2) || algorithms[sha2.length] === undefined) {
    const message = 'Must be a SHA-2 in hexadecimal: 56, 64, 96 or 128 digits'
    return [{ path, message, code: 'invalid_value', spec }]
  }
  if (named.has(sha2)) return []
  const message = 'No attachment of the statements has this hash'
  return [{ path, message, code: 'unexpected_part', spec }]
}

// A quarter of a megabyte is hashed in half a millisecond.
const SLICE = 256 * 1024

function* hashing(bytes: Uint8Array, sha2: string): Steps<string> {
  const hash: Hash = createHash(algorithms[sha2.length]!)
  for (let from = 0; from < bytes.length; from += SLICE) {
    hash.update(bytes.subarray(from, from + SLICE))
    yield
  }
  return hash.digest('hex')
}

/** Says what is wrong with the type of the first part, which has the statements. */
export function issuesOfFirst({ headers }: Part): Issue[] {
  const path = ['parts', 0, 'Content-Type']
  const contentType = headers.get('content-type')
  if (mediaType(contentType) !== 'application/json') {
    const message = 'Must be application/json: the first part has the statements'
    return [{ path, message, code: 'media_type', spec: MULTIPART_SPEC }]
  }
  return issuesOfCharset(contentType, path)
}

/** Says that JSON comes in no other charset than UTF-8 (RFC 8259, 8.1). */
export function issuesOfCharset(contentType: string | undefined, path: Issue['path']): Issue[] {
  const charset = parameterOf(contentType, 'charset')
  if (charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset)) return []
  const message = `Must be utf-8; got ${charset.slice(0, 40).toWellFormed()}`
  return [{ path, message, code: 'charset', spec: 'RFC 8259, 8.1' }]
}
