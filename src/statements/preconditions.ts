import type { PutCondition } from '../platform/document-store'

/** A header names any document that is there, or the versions with one of these etags. */
export type Tags = '*' | readonly string[]

/** The preconditions of a request (RFC 9110, 13.1). Without either, it has none. */
export interface Preconditions {
  ifMatch?: Tags | undefined
  ifNoneMatch?: Tags | undefined
}

// A tag has quotes around it. A weak one is taken for the strong one: ours is a digest of the bytes,
// and only a proxy that compresses on the way weakens it. Some clients leave the quotes out.
const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"|([\da-f]{40})/
const LIST = new RegExp(`^(?:${TAG.source})(?:\\s*,\\s*(?:${TAG.source}))*$`)

// Hundreds of etags fit: more than anybody has seen of one document.
const MAX_LENGTH = 8192

/**
 * Reads `If-Match` or `If-None-Match`.
 * @returns undefined when it is neither `*` nor a list of entity tags
 */
export function parseTags(header: string): Tags | undefined {
  const text = header.trim()
  if (text === '*') return '*'
  if (text.length > MAX_LENGTH || !LIST.test(text)) return undefined
  return [...text.matchAll(new RegExp(TAG, 'g'))].map(([, quoted, bare]) => quoted ?? bare!)
}

/** @param etag of the document that is there; undefined when there is none */
export function hold({ ifMatch, ifNoneMatch }: Preconditions, etag: string | undefined): boolean {
  if (ifMatch !== undefined && !isAmong(ifMatch, etag)) return false
  return ifNoneMatch === undefined || !isAmong(ifNoneMatch, etag)
}

export function isAmong(tags: Tags, etag: string | undefined): boolean {
  return etag !== undefined && (tags === '*' || tags.includes(etag))
}

/**
 * Writes preconditions as the condition of a put, where that can say them: then nothing need be read
 * before.
 */
export function asPutCondition({ ifMatch, ifNoneMatch }: Preconditions): PutCondition | undefined {
  if (ifMatch !== undefined && ifNoneMatch !== undefined) return undefined
  if (ifNoneMatch === '*') return { ifNoneMatch }
  if (ifMatch === '*') return { ifMatch }
  return ifMatch?.length === 1 ? { ifMatch: ifMatch[0]! } : undefined
}
