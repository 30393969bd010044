import { AppError } from '../error/app-error'
import { show } from '../error/shown-value'
import { readOrigin } from '../syntax/origin'

/**
 * Holds a key to the pages that it was made for. A browser says itself which page asks; a program can
 * say what it likes, so this keeps other pages out, and whoever only found the key.
 * @param sent the header `Origin`
 * @returns `forbidden` for another page, and for none
 */
export function whyNotOf(
  sent: string | undefined,
  origins: readonly string[],
): AppError | undefined {
  const origin = sent === undefined ? undefined : readOrigin(sent)
  if (origin !== undefined && origins.includes(origin)) return undefined
  const found = sent ? `this one is of ${show(sent)}` : 'this request names no Origin'
  return new AppError('forbidden', `This key is for pages of its origins only; ${found}.`)
}
