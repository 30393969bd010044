import { AppError } from '../error/app-error'
import type { Issue } from '../error/issue'
import { tooManyItems } from '../event/json-body'
import { MAX_ITEMS } from '../event/limits'
import type { Reading } from '../event/reading'
import type { Steps } from '../syntax/steps'

/** One of several bodies that came in one request, read; or why it could not be. */
export type Part = { text: string; size: number } & ({ reading: Reading } | { errors: Issue[] })

/**
 * Reads each body of a batch. One that cannot be read costs the others nothing.
 * @throws {AppError} `too_large` for all together; what the first is refused for when all are
 */
export function* readingBatch(
  texts: readonly string[],
  read: (text: string) => Steps<Reading>,
): Steps<Part[]> {
  let first: AppError | undefined
  const parts: Part[] = []
  for (const [place, text] of texts.entries()) {
    try {
      const reading = yield* read(text)
      parts.push({ text, reading, size: reading.items.length })
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'too_large') throw error
      const errors = reasonsOf(error)
      const placed = errors.map((issue) => ({ ...issue, path: [place, ...issue.path] }))
      first ??= new AppError(error.code, error.message, { errors: placed })
      parts.push({ text, errors, size: 1 })
    }
    yield
  }
  if (first !== undefined && !parts.some((part) => 'reading' in part)) throw first
  if (parts.reduce((sum, { size }) => sum + size, 0) > MAX_ITEMS) throw tooManyItems()
  return parts
}

/** Every reason, or the refusal itself for one. */
export function reasonsOf({ code, message, errors }: AppError): Issue[] {
  return errors.length > 0 ? [...errors] : [{ path: [], message, code }]
}
