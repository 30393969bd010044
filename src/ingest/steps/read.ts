import type { Reading } from '../../event/reading'
import type { Steps } from '../../syntax/steps'
import { type Arrival, isUnreadable, type Parsed, type Unreadable, unreadableOr } from '../arrival'
import { readingBatch } from '../batch'

/**
 * Reads a body, or each body of a batch, by its standard.
 * @param receivedAt ISO 8601 UTC, the time of events that name none
 * @throws {AppError} `too_large`
 */
export function* read(
  bodies: string | string[] | Unreadable,
  { standard, form }: Pick<Arrival, 'standard' | 'form'>,
  { receivedAt }: { receivedAt: string },
): Steps<Parsed | Unreadable> {
  function* readOne(text: string): Steps<Reading | Unreadable> {
    try {
      return yield* standard.readBody(text, form, receivedAt)
    } catch (thrown) {
      return unreadableOr(thrown)
    }
  }

  if (isUnreadable(bodies)) return bodies
  return typeof bodies === 'string' ? yield* readOne(bodies) : yield* readingBatch(bodies, readOne)
}
