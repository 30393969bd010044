import type { PeerCertificate, TLSSocket } from 'node:tls'

const BY_CODE: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is not signed by a known authority, but by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'is not signed by a known authority',
  UNABLE_TO_GET_ISSUER_CERT: 'is not signed by a known authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is not signed by a known authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'is not signed by a known authority, or one in between was not sent with it',
  CERT_REVOKED: 'was revoked',
}

/** Says in words why the certificate of a connection is not trusted. @param host who is called */
export function whyUntrusted(socket: TLSSocket, host: string): string {
  const { authorizationError: error } = socket
  const code = (error as NodeJS.ErrnoException | null)?.code ?? String(error)
  const certificate = socket.getPeerCertificate()
  if (code === 'CERT_HAS_EXPIRED') return expired(certificate)
  if (code === 'CERT_NOT_YET_VALID') {
    return `the certificate is not valid before ${dayOf(certificate.valid_from)}`
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the certificate is for ${namesOf(certificate)}, not ${host}`
  }
  return `the certificate ${BY_CODE[code] ?? `is not trusted (${code})`}`
}

function expired({ valid_to: end }: PeerCertificate): string {
  // The one that has expired may be another of the chain.
  if (Date.parse(end) > Date.now())
    return 'a certificate that vouches for its certificate has expired'
  return `the certificate expired on ${dayOf(end)}`
}

function dayOf(time: string): string {
  const at = new Date(time)
  return Number.isNaN(at.getTime()) ? 'an unknown day' : at.toISOString().slice(0, 10)
}

// It may vouch for hundreds of names, and whoever runs the server wrote them.
const MAX_NAMES = 3

function namesOf({ subjectaltname = '' }: PeerCertificate): string {
  const found = subjectaltname.matchAll(/\b(?:DNS|IP Address):([\w.*:-]{1,253})/g)
  const names = [...found].map(([, name]) => name)
  if (names.length === 0) return 'nobody that it names'
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
  return `${names.slice(0, MAX_NAMES).join(', ')}${more}`
}
