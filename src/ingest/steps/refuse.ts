import type { Reading } from '../../event/reading'
import { STEP_ITEMS, type Steps } from '../../syntax/steps'
import type { Origin, Readable, Refused } from '../arrival'
import { enforceStrictWith } from '../enforce-strict'

/**
 * Parts the items that can be events from those that are refused: by the gate of their standard
 * already, or here, because their source is strict.
 */
export function* refuse(
  reading: Reading,
  { mode = 'lenient' }: Pick<Origin, 'mode'>,
): Steps<{ readable: Readable[]; refused: Refused[] }> {
  const enforceStrict = enforceStrictWith({ mode, reading })
  const readable: Readable[] = []
  const refused: Refused[] = []
  for (const item of reading.items) {
    const refusal = 'event' in item ? enforceStrict(item) : item
    if (refusal !== undefined) refused.push(refusal)
    else readable.push(item as Readable)
    // A refusal has a whole report.
    if (refusal !== undefined || readable.length % STEP_ITEMS === 0) yield
  }
  return { readable, refused }
}
