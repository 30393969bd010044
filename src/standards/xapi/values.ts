import { MAX_ID_LENGTH } from '../../event/limits'
import { isIri } from '../../syntax/iri'
import { mediaType } from '../../syntax/media-type'
import { isUuid } from '../../syntax/uuid'
import { isLanguageTag } from './language-tag'
import type { ValueKind } from './model/shape'
import type { Section } from './sections'
import { isDuration, isTimestamp } from './time'
import type { XapiVersion } from './version'

/** A kind of value: its test, and how a value is called that fails it. */
export interface KindOfValue {
  /** The type that JSON must have, which is asked first. */
  type: 'string' | 'number' | 'boolean'
  test(value: never, version: XapiVersion): boolean
  code: string
  expected: string
  /** The section that has the form; that of the property where it is left out. */
  section?: Section
}

function text(
  test: (value: string, version: XapiVersion) => boolean,
  code: string,
  expected: string,
  section?: Section,
): KindOfValue {
  return { type: 'string', test, code, expected, ...(section && { section }) }
}

function number(test: (value: number) => boolean, code: string, expected: string): KindOfValue {
  return { type: 'number', test, code, expected }
}

const any = () => true

/** The kinds by name. An IRI identifies things, and is stored as an id is: with at most its length. */
export const kinds: Readonly<Record<ValueKind, KindOfValue>> = {
  Text: text(any, 'wrong_type', 'a string'),
  Boolean: { type: 'boolean', test: any, code: 'wrong_type', expected: 'true or false' },
  Decimal: number(any, 'wrong_type', 'a number'),
  Scaled: number((value) => value >= -1 && value <= 1, 'out_of_range', 'a number from -1 to 1'),
  Length: number(
    (value) => Number.isInteger(value) && value >= 0,
    'out_of_range',
    'a whole number of bytes',
  ),
  UUID: text(isUuid, 'invalid_uuid', 'a UUID', 'uuid'),
  IRI: text(isShortIri, 'invalid_iri', `an IRI with its scheme, up to ${MAX_ID_LENGTH} characters`),
  IRL: text(isIri, 'invalid_iri', 'an IRL with its scheme'),
  Mailto: text(isMailto, 'invalid_mbox', 'an address as mailto:name@example.org'),
  SHA1: text(isSha1, 'invalid_sha1', '40 hexadecimal digits of a SHA-1'),
  SHA2: text(isSha2, 'invalid_sha2', 'the hexadecimal digits of a SHA-2: 56, 64, 96 or 128'),
  AccountName: text(isAccountName, 'invalid_account_name', 'a name of an account, not empty'),
  Timestamp: text(
    isTimestamp,
    'invalid_timestamp',
    'a date and time of ISO 8601, as 2026-11-21T09:30:00.000Z, in a known zone',
    'timestamps',
  ),
  Duration: text(isDuration, 'invalid_duration', 'a duration of ISO 8601, as PT1M30S', 'durations'),
  LanguageTag: text(isLanguageTag, 'invalid_language', 'a language tag of RFC 5646, as en-US'),
  MediaType: text(isMediaType, 'invalid_media_type', 'a media type, as text/plain'),
  Version: text(isVersion, 'invalid_version', 'a version that this request may have'),
}

export function isShortIri(value: string): boolean {
  return value.length <= MAX_ID_LENGTH && isIri(value)
}

const MAILTO = 'mailto:'

/** Tells whether a value is `mailto:` and an address: something on both sides of its one at sign. */
export function isMailto(value: string): boolean {
  if (!value.startsWith(MAILTO)) return false
  const at = value.lastIndexOf('@')
  const isSplit = at > MAILTO.length && at < value.length - 1
  return isSplit && value.indexOf('@', MAILTO.length) === at && isShortIri(value)
}

const HEX = /^[0-9a-fA-F]+$/
// Digits of SHA-224, SHA-256, SHA-384 and SHA-512 (FIPS 180-4).
const SHA2_LENGTHS = new Set([56, 64, 96, 128])

function isSha1(value: string): boolean {
  return value.length === 40 && HEX.test(value)
}

function isSha2(value: string): boolean {
  return SHA2_LENGTHS.has(value.length) && HEX.test(value)
}

function isAccountName(value: string): boolean {
  return value !== '' && value.length <= MAX_ID_LENGTH
}

function isMediaType(value: string): boolean {
  return mediaType(value) !== undefined
}

const EARLY = /^1\.0(?:\.\d{1,9})?$/
const EARLY_OR_LATE = /^[12]\.0(?:\.\d{1,9})?$/

/** 2.4.10: "1.0.x"; a request of 2.0 may bring statements of either. */
function isVersion(value: string, version: XapiVersion): boolean {
  return (version === '2.0.0' ? EARLY_OR_LATE : EARLY).test(value)
}
