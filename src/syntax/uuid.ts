const URN = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A UUID as a URN (RFC 9562, 4): `urn:uuid:` and 36 characters. */
export function isUuidUrn(value: string): boolean {
  return value.length === 45 && URN.test(value)
}

/** Of a value that `isUuidUrn` accepts: 1–8 for the versions in use. */
export function uuidUrnVersion(value: string): number {
  return Number.parseInt(value.charAt(23), 16)
}
