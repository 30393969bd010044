import { EXPECTED, plainSchemes, readShown, SCHEME } from './shown'
import { looksLikeToken } from './tokens/token-form'

// RFC 9110, section 16.4.1, and senders of AWS and Azure; any other word may be part of a secret.
const NAMED =
  /^(digest|negotiate|ntlm|oauth|hoba|mutual|dpop|gnap|privatetoken|vapid|scram-sha-(1|256)|aws4-hmac-sha256|sharedkey|sharedaccesssignature)$/i

// `nk_` and the base64url of 32 bytes.
const KEY_LENGTH = 46

/**
 * Describes a credential that is not known here, by its scheme and its shape: nothing of the secret is
 * in it.
 */
export function describeShown(header: string): string {
  const shown = header.trim()
  const [, scheme = ''] = SCHEME.exec(shown) ?? []
  if (/^(bearer|token|basic)$/i.test(shown)) return `${EXPECTED}, got ${shown} and no key after it`
  if (/^bearer[:=]/i.test(shown)) return `${EXPECTED}, got another sign than a space after Bearer`
  if (/^bearer\S/i.test(shown)) return `${EXPECTED}, got no space after Bearer`
  if (NAMED.test(scheme)) return `${EXPECTED}, got the scheme ${scheme}`
  const isPlain = plainSchemes.has(scheme.toLowerCase()) || scheme.toLowerCase() === 'basic'
  if (scheme !== '' && !isPlain)
    return `${EXPECTED}, got another scheme, or a key with a space in it`
  const way = scheme === '' ? '' : ` after ${scheme}`
  return `Seen was ${shapeOf(readShown(header))}${way}`
}

function shapeOf(credential: string): string {
  const { length } = credential
  if (length === 0) return 'no key'
  if (/^(\$|%|<|\{|\[object |your|key$|undefined$|null$|none$)/i.test(credential)) {
    return 'a placeholder that nobody has filled in'
  }
  if (credential.startsWith('key_')) {
    return 'the id of a key, which opens nothing; the key itself begins with nk_'
  }
  if (credential.startsWith('whsec_')) return 'the secret of a webhook, which is no key'
  if (looksLikeToken(credential))
    return 'a token of an identity provider that is not registered here'
  if (!credential.startsWith('nk_'))
    return `something of ${length} characters that does not begin with nk_`
  const whole = length === KEY_LENGTH ? '' : `, where one that was made here has ${KEY_LENGTH}`
  return `a key that begins with nk_, of ${length} characters${whole}`
}
