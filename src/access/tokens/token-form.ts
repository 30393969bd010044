import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'

/** @throws {AppError} `unauthenticated` with the reason; `unavailable` when the keys cannot be had */
export type VerifyToken = (token: string) => Promise<Principal>

// RFC 7519, section 3: header and claims are JSON objects, which in base64url begin like this.
const TOKEN = /^eyJ[\w-]*\.eyJ[\w-]*\.[\w-]+$/

/** Tells a signed JWT from a key: keys are drawn without full stops. */
export function looksLikeToken(credential: string): boolean {
  return TOKEN.test(credential)
}

/** @param reason what follows "The token" */
export function unauthenticated(reason: string): AppError {
  return new AppError('unauthenticated', `The token ${reason}.`)
}
