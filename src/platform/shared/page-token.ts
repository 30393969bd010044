import { createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../error/app-error'
import type { TokenSigner } from '../token-signer'

export type { TokenSigner }

// Half a SHA-256: nobody forges 128 bits, and a cursor stays short enough for a URL.
const TAG_BYTES = 16

export function createTokenSigner(secret: Uint8Array): TokenSigner {
  function tag(body: string, question: string): string {
    const mac = createHmac('sha256', secret).update(`${question}\n${body}`).digest()
    return mac.subarray(0, TAG_BYTES).toString('base64url')
  }

  return {
    issue(place, question) {
      const body = Buffer.from(JSON.stringify(place)).toString('base64url')
      return `${body}.${tag(body, question)}`
    },

    read<Place>(token: string, question: string) {
      const body = token.slice(0, Math.max(token.indexOf('.'), 0))
      // Texts are compared: several texts decode to the same bytes, but only one was issued.
      const given = Buffer.from(token)
      const issued = Buffer.from(`${body}.${tag(body, question)}`)
      if (given.length !== issued.length || !timingSafeEqual(given, issued)) {
        throw new AppError(
          'invalid_cursor',
          'Use nextCursor as it was given, with the same filters.',
          {
            errors: [
              { path: ['cursor'], message: 'Not a cursor of this query', code: 'invalid_cursor' },
            ],
          },
        )
      }
      return JSON.parse(Buffer.from(body, 'base64url').toString()) as Place
    },
  }
}
