/** A pseudonym begins so, and goes on with the number of its key and the digest of an id. */
export const PSEUDONYM = 'urn:nonius:pseudonym'

/** An anonymous person is this one, like every other. */
export const ANONYMOUS = 'urn:nonius:anonymous'

// 22 characters of base64url are the first 132 bits of the digest: none is found by chance.
const FORM = /^urn:nonius:pseudonym:[0-9]{1,9}\.[A-Za-z0-9_-]{22}$/

/** Tells whether a text is a pseudonym as we write them. */
export function isPseudonym(text: string): boolean {
  return text.startsWith(PSEUDONYM) && FORM.test(text)
}

/** Tells whether an id names nobody: there is nothing about it to take out. */
export function isNobody(id: string): boolean {
  // Most ids begin with another letter.
  if (id.charCodeAt(0) !== 117) return false
  return id === ANONYMOUS || isPseudonym(id)
}
