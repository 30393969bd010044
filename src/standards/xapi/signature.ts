import { verify, X509Certificate } from 'node:crypto'
import type { Issue } from '../../error/issue'
import { parseJson } from '../../event/json-body'
import { MAX_DEPTH } from '../../event/limits'
import { isDeeperThan } from '../../syntax/json-scan'
import { mediaType } from '../../syntax/media-type'
import { isSameBeforeSigning } from './comparison'
import { isNode, type Node, nodesAt, textAt } from './node'
import { specOf } from './sections'
import type { XapiVersion } from './version'

/** An attachment of this usage is a signature of its statement (1.0.3, Data, 2.6). */
const SIGNATURE = 'http://adlnet.gov/expapi/attachments/signature'

const digests = new Map<unknown, string>([
  ['RS256', 'RSA-SHA256'],
  ['RS384', 'RSA-SHA384'],
  ['RS512', 'RSA-SHA512'],
])

// Chains have three certificates, the leaf first (RFC 7515, 4.1.6).
const MAX_CERTIFICATES = 10

export function isSignature(attachment: Node): boolean {
  return textAt(attachment, 'usageType') === SIGNATURE
}

/** The signature of a statement, as its attachment has it. */
export interface SignatureNeeds {
  /** The text of the statement as it was sent. */
  statement: string
  /** The place of the attachment in `attachments`. */
  index: number
  /** The content of the attachment. */
  bytes: Uint8Array
  version: XapiVersion
  /** The path of the statement in its body. */
  path: Issue['path']
}

/** Lists the places of the signatures among the attachments of a statement. */
export function signaturesIn(statement: Node): number[] {
  return nodesAt(statement, 'attachments').flatMap((one, index) => (isSignature(one) ? index : []))
}

/**
 * Checks a signature: a JWS in compact form (RFC 7515), by RS256, RS384 or RS512, whose payload is
 * the statement without its signature. With `x5c` it is verified by the key of the leaf; without, as
 * nobody told the key, it is not. Whether the certificates are to be trusted is for the reader.
 */
export function checkSignature(needs: SignatureNeeds): Issue[] {
  const { statement, index, bytes, version, path } = needs
  const issues: Issue[] = []
  function refuse(code: string, message: string): Issue[] {
    const at = [...path, 'attachments', index]
    issues.push({ path: at, message, code, spec: specOf('signature', version) })
    return issues
  }

  const attachment = nodesAt(JSON.parse(statement) as Node, 'attachments')[index]
  if (mediaType(textAt(attachment, 'contentType')) !== 'application/octet-stream') {
    refuse('invalid_media_type', 'A signature needs the contentType application/octet-stream')
  }
  const jws = partsOf(bytes)
  if (jws === undefined) {
    return refuse('invalid_signature', 'Expected a JWS in compact form: three parts of base64url')
  }
  const digest = digests.get(jws.header.alg)
  if (digest === undefined) {
    return refuse('unsupported_algorithm', 'Expected RS256, RS384 or RS512 as the algorithm')
  }
  if (jws.header.x5c !== undefined && !isSignedBy(jws.header.x5c, digest, jws)) {
    refuse('invalid_signature', 'The signature is not of the first certificate in x5c')
  }
  if (objectIn(jws.payload) === undefined) {
    return refuse('invalid_signature', 'Expected a statement in JSON as the payload')
  }
  if (!isSameBeforeSigning(statement, jws.payload, version, isSignature)) {
    refuse('signature_differs', 'The payload is another statement than the one that it signs')
  }
  return issues
}

interface Jws {
  header: Node
  payload: string
  signed: string
  signature: Buffer
}

const BASE64URL = /^[A-Za-z0-9_-]+$/

function partsOf(bytes: Uint8Array): Jws | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const parts = text.trim().split('.', 4)
  if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) return undefined
  const [header, payload, signature] = parts.map((part) => Buffer.from(part, 'base64url'))
  const read = objectIn(header!.toString())
  if (read === undefined) return undefined
  const signed = `${parts[0]}.${parts[1]}`
  return { header: read, payload: payload!.toString(), signed, signature: signature! }
}

/** Reads an object in JSON, of a size and a depth that can be compared. */
function objectIn(text: string): Node | undefined {
  if (isDeeperThan(text, MAX_DEPTH)) return undefined
  try {
    const value = parseJson(text)
    return isNode(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isSignedBy(x5c: unknown, digest: string, { signed, signature }: Jws): boolean {
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAX_CERTIFICATES) return false
  const [leaf] = x5c
  if (typeof leaf !== 'string') return false
  try {
    const { publicKey } = new X509Certificate(Buffer.from(leaf, 'base64'))
    if (publicKey.asymmetricKeyType !== 'rsa') return false
    return verify(digest, Buffer.from(signed), publicKey, signature)
  } catch {
    return false // it is no certificate
  }
}
