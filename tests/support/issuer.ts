import { exportJWK, generateKeyPair, SignJWT } from 'jose'

type Claims = Record<string, unknown>

/** An identity provider on this machine, which signs whatever it is asked to. */
export interface TestIssuer extends AsyncDisposable {
  url: string
  /** How often its keys were read. */
  reads(): number
  /** An access token as RFC 9068 has it, but for what `claims` say otherwise. */
  token(claims?: Claims, options?: { kid?: string; key?: CryptoKey }): Promise<string>
  /** With just this header and these claims, which no library would sign. */
  signed(claims: Claims, header?: Claims): Promise<string>
  /** Signs with a new key from now on; `isOldKept` while both are published. */
  rotate(isOldKept: boolean): Promise<void>
  /** From now on every answer is this; undefined for the right ones. */
  answer(response: (() => Response) | undefined): void
}

export async function startIssuer(): Promise<TestIssuer> {
  const pair = () => generateKeyPair('ES256', { extractable: true })
  let kid = 'first'
  let { privateKey, publicKey } = await pair()
  let published = [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'ES256' }]
  let reads = 0
  let answer: (() => Response) | undefined

  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch({ url }) {
      if (answer !== undefined) return answer()
      const { pathname, origin } = new URL(url)
      if (pathname === '/.well-known/openid-configuration') {
        return Response.json({ issuer: origin, jwks_uri: `${origin}/keys` })
      }
      reads += 1
      return Response.json({ keys: published })
    },
  })
  const url = server.url.origin

  /** As RFC 9068 has them, but for what is said otherwise. */
  function claimsOf(claims: Claims): Claims {
    const iat = Math.floor(Date.now() / 1000)
    return { iss: url, aud: 'nonius', client_id: 'lms', iat, exp: iat + 3600, ...claims }
  }

  return {
    url,
    reads: () => reads,
    answer(response) {
      answer = response
    },
    token(claims = {}, options = {}) {
      return new SignJWT(claimsOf(claims))
        .setProtectedHeader({ alg: 'ES256', kid: options.kid ?? kid })
        .sign(options.key ?? privateKey)
    },
    async signed(claims, header = {}) {
      const parts = [{ alg: 'ES256', kid, ...header }, claimsOf(claims)]
      const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      const text = new TextEncoder().encode(input.join('.'))
      const ecdsa = { name: 'ECDSA', hash: 'SHA-256' }
      const signature = await crypto.subtle.sign(ecdsa, privateKey, text)
      return [...input, Buffer.from(signature).toString('base64url')].join('.')
    },
    async rotate(isOldKept) {
      kid = `after ${kid}`
      ;({ privateKey, publicKey } = await pair())
      const key = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'ES256' }
      published = isOldKept ? [...published, key] : [key]
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}
