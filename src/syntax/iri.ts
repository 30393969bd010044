// RFC 3986, 3.1: a scheme, a colon, and here also something after it.
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:./

// What never stands unescaped in an IRI (RFC 3987, 2.2). Square brackets are let through: senders
// put EPUB CFIs and array indexes into fragments, and every URL parser takes them. Looking for what
// is wrong is twice as fast as matching what is right.
const FORBIDDEN = /[\0-\x20<>"{}|\\^`\x7f-\x9f]/

/** An absolute IRI, e.g. `https://example.edu/users/1` or `urn:uuid:…`: more than URLs. */
export function isIri(value: string): boolean {
  return (value.startsWith('https://') || SCHEME.test(value)) && !FORBIDDEN.test(value)
}

/** A blank node identifier of JSON-LD, e.g. `_:b0`: a name that holds inside one document only. */
export function isBlankNode(value: string): boolean {
  return value.length > 2 && value.startsWith('_:') && !FORBIDDEN.test(value)
}
