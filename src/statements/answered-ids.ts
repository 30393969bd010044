import { parsingItems } from '../event/json-body'
import type { Steps } from '../syntax/steps'
import { isJsonObject } from './json'

/**
 * Lists the ids of all statements of a body in its order, where some of them are held already with
 * other content: those kept the id that they named.
 * @param storedIds of the others, in order
 */
export function* answeredIds(text: string, storedIds: readonly string[]): Steps<string[]> {
  const items = yield* parsingItems(text)
  const values = items?.elements.map(({ value }) => value) ?? [JSON.parse(text)]
  let next = 0
  return values.map((value) => {
    const named =
      isJsonObject(value) && typeof value.id === 'string' ? value.id.toLowerCase() : undefined
    const stored = storedIds[next]
    if (named !== undefined && named !== stored) return named
    next += 1
    return stored!
  })
}
