import { AppError } from '../error/app-error'
import { show } from '../error/shown-value'
import { readOrigin } from '../syntax/origin'

/**
 * Holds a key to the pages that it was made for. A browser says itself which page asks; a program can
 * say what it likes, so this keeps other pages out, and whoever only found the key.
 * @param sent the header `Origin`
 * @throws {AppError} `forbidden`
 */
export function requireOrigin(sent: string | undefined, origins: readonly string[]): void {
  const origin = sent === undefined ? undefined : readOrigin(sent)
  if (origin !== undefined && origins.includes(origin)) return
  const found = sent ? `this one is of ${show(sent)}` : 'this request names no Origin'
  throw new AppError('forbidden', `This key is for pages of its origins only; ${found}.`)
}
