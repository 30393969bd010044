import { AppError } from '../error/app-error'
import type { DocumentKind } from './document-places'
import type { Preconditions } from './preconditions'

export type XapiVersion = '1.0.3' | '2.0.0'

/**
 * A put that names no version of the document replaces what is there, or creates only, or is refused
 * in any case.
 */
export type BarePut = 'replace' | 'create' | 'refuse'

/**
 * Tells what becomes of a put with neither `If-Match` nor `If-None-Match`. In 1.0.3 a profile must
 * not be written so, and a state may (Communication, 3.1); in 2.0 all three resources are alike, and
 * only what is there is protected (IEEE 9274.1.1, 4.1.4).
 */
export function barePut(kind: DocumentKind, version: XapiVersion): BarePut {
  if (version === '2.0.0') return 'create'
  return kind === 'state' ? 'replace' : 'refuse'
}

const SPEC = 'xAPI 1.0.3, Communication, 3.1'

/** Says that a document is there, and that a put has to name the version that it replaces. */
export function mustNameVersion(): AppError {
  const message =
    'There is a document already; send If-Match with the ETag that a GET gives, to replace that version of it, or If-Match: *'
  return new AppError('already_exists', `${message}. Nothing was changed.`, {
    errors: [{ path: ['If-Match'], message, code: 'required', spec: SPEC }],
  })
}

/** Says that a put of a profile has to say what it expects, though no document is there. */
export function mustNamePrecondition(): AppError {
  const message =
    'There is no document yet; send If-None-Match: * to create it (xAPI 1.0.3 asks for If-Match or If-None-Match here)'
  return new AppError('invalid_request', `${message}. Nothing was stored.`, {
    errors: [{ path: ['If-None-Match'], message, code: 'required', spec: SPEC }],
  })
}

/** @param etag of the document that is there; undefined when there is none */
export function preconditionFailed({ ifMatch }: Preconditions, etag: string | undefined): AppError {
  const name = ifMatch === undefined ? 'If-None-Match' : 'If-Match'
  const message =
    etag === undefined ? 'There is no such document' : `The document that is there has "${etag}"`
  return new AppError('precondition_failed', `${name}: ${message}. Nothing was changed.`, {
    errors: [{ path: [name], message, code: 'precondition_failed', spec: SPEC }],
  })
}

/** Says that documents which are no JSON objects cannot be merged. */
export function notJson(whose: 'sent' | 'held', contentType: string): AppError {
  const message =
    whose === 'sent'
      ? `Must be application/json: there is a document already, and a POST is merged into it; got ${contentType}`
      : `The document that is there is no application/json but ${contentType}: nothing can be merged into it`
  return new AppError('invalid_request', `Content-Type: ${message}. Send a PUT to replace it.`, {
    errors: [{ path: ['Content-Type'], message, code: 'not_json', spec: MERGE }],
  })
}

const MERGE = 'xAPI 1.0.3, Communication, 2.2'

export function documentTooLarge(size: number, maxBytes: number, what: string): AppError {
  const message = `${what} would have ${size} bytes, and may have ${maxBytes}`
  return new AppError('too_large', `${message}. Nothing was changed.`, {
    errors: [{ path: [], message, code: 'too_large' }],
  })
}

export function tooManyIds(most: number, maxBytes: number): AppError {
  const message = `There are more ids than one answer has, which are ${most} or ${maxBytes} bytes; ask with since, or with a registration`
  return new AppError('invalid_request', `${message}.`, {
    errors: [{ path: ['since'], message, code: 'too_many_ids' }],
  })
}
