import { isJson } from '../../syntax/is-json'
import { isJsonType, mediaType } from '../../syntax/media-type'
import { inTurn } from '../../syntax/steps'
import type { WireBody } from '../../wire/body'
import { readBytes, readWire } from '../body'
import type { AppContext } from '../context'

type Limits = Parameters<typeof readWire>[1]

const PREFIX = 'ce-'

// CloudEvents 1.0, 3.1: names are lower-case letters and digits. What the body is, its own header says.
const ATTRIBUTE = /^ce-(?!data$|datacontenttype$)([a-z0-9]{1,40})$/

/** Tells whether the body is the data of a CloudEvent whose attributes are headers (binary mode). */
export function isBinaryCloudEvent(c: AppContext): boolean {
  return c.req.header(`${PREFIX}specversion`) !== undefined
}

/**
 * Reads a body; that of a CloudEvent in binary mode together with its attributes, as the same event in
 * structured mode (HTTP Protocol Binding 1.0.2, 3.1 and 3.2). JSON is put into it in its own characters,
 * text as a string, and anything else as base64.
 * @throws {AppError} as `readWire`
 */
export async function readCloudEvent(c: AppContext, limits: Limits): Promise<WireBody> {
  if (!isBinaryCloudEvent(c)) return readWire(c, limits)
  const { lease, bytes } = await readBytes(c, limits)
  const attributes = JSON.stringify(attributesOf(c))
  const data = await inTurn(() => dataOf(bytes, c.req.header('Content-Type')))
  const text = data === '' ? attributes : `${attributes.slice(0, -1)},${data}}`
  return { lease, encoding: 'identity', text, hasRoom: false }
}

function attributesOf(c: AppContext): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [name, value] of Object.entries(c.req.header())) {
    const [, attribute] = ATTRIBUTE.exec(name.toLowerCase()) ?? []
    if (attribute !== undefined && value !== undefined) attributes[attribute] = decoded(value)
  }
  const type = c.req.header('Content-Type')
  return type === undefined ? attributes : { ...attributes, datacontenttype: type }
}

/** HTTP Protocol Binding 1.0.2, 3.1.3.2: what stands in quotes is unquoted, then percent-decoded. */
function decoded(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(value)?.[1]
  const text = quoted === undefined ? value : quoted.replace(/\\(.)/gs, '$1')
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a sign of per cent may stand for itself
  }
}

function dataOf(bytes: Uint8Array, contentType: string | undefined): string {
  if (bytes.length === 0) return ''
  const type = mediaType(contentType)
  const isUnsaid = type === undefined || isJsonType(type)
  const text = isUnsaid || type.startsWith('text/') ? textOf(bytes) : undefined
  if (text !== undefined && isUnsaid && isJson(text)) return `"data":${text.trim()}`
  if (text !== undefined && type?.startsWith('text/')) return `"data":${JSON.stringify(text)}`
  return `"data_base64":"${Buffer.from(bytes).toString('base64')}"`
}

/** @returns undefined for bytes that are not UTF-8 */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
