import { AppError } from '../error/app-error'

const CLOSED = 'the connection was closed before there was an answer'
const NO_WAY = 'there is no way to its address'

/** These say why a call had no answer, by the code of the system's error. */
const byCode: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  EADDRNOTAVAIL: NO_WAY,
  EACCES: NO_WAY,
  ETIMEDOUT: 'it cannot be reached in time',
  ECONNRESET: CLOSED,
  ECONNABORTED: CLOSED,
  EPIPE: CLOSED,
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
}

/**
 * Says in words why there was no answer. The system's own words have addresses that a name of our
 * network may resolve to, and lines of OpenSSL: they are not for whoever entered the target.
 */
export function inWords(error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException
  // An error without a code is ours, or the caller's reason to end; a refusal has words of its own.
  if (error instanceof AppError || (code === undefined && message)) return error as Error
  const ofTls = code?.startsWith('ERR_SSL') ? 'the TLS handshake failed' : undefined
  return new Error(byCode[code ?? ''] ?? ofTls ?? 'the connection failed', { cause: error })
}

/** Says in words why a name has no address now. */
export function inWordsOfNames(error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof AppError || code === undefined) return error as Error
  // The name servers were asked in vain, as opposed to: they said that there is none.
  const isUnknown = /^(EAI_AGAIN|EAI_FAIL|ESERVFAIL|ETIMEOUT|EREFUSED|ECONNREFUSED)$/.test(code)
  const words = isUnknown ? 'its name cannot be resolved now' : 'the name does not resolve'
  return new Error(words, { cause: error })
}

/** Says how long somebody waited. */
export function within(ms: number): string {
  return ms % 1000 === 0 ? `within ${ms / 1000} s` : `within ${ms} ms`
}
