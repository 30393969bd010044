import { domainToASCII } from 'node:url'

// RFC 1035, 2.3.4.
const LONGEST = 253
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is all of ASCII
const ASCII = /^[\u0000-\u007f]*$/

/** Writes a domain in one way: in lower case, and letters beyond ASCII as the domain system has them (RFC 5891). */
export function plainDomain(domain: string): string {
  if (ASCII.test(domain)) return domain.toLowerCase()
  const [, star = '', rest = ''] = /^(\*\.)?(.*)$/su.exec(domain) ?? []
  return `${star}${domainToASCII(rest) || rest.toLowerCase()}`
}

/** Lists what a rule may call a domain: itself, all below each domain that it is below, and any. */
export function namesOfDomain(domain: string): string[] {
  if (domain === '' || domain.length > LONGEST) return []
  // A name may end with the dot of the root (RFC 1034, 3.1).
  const plain = plainDomain(domain).replace(/\.$/, '')
  const names = [plain]
  for (let at = plain.indexOf('.'); at >= 0; at = plain.indexOf('.', at + 1)) {
    names.push(`*${plain.slice(at)}`)
  }
  return names
}
