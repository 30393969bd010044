import type { Issue } from '../../../error/issue'
import type { TypesInForce } from '../../../event/event-type'
import type { ReadEvent } from '../../../event/reading'

/**
 * Fills an event in by its type, and checks it.
 * @param members the event as `NativeEvent` has it
 * @returns the reasons why it may not be stored, if there are any
 */
export function applyType(
  _event: ReadEvent,
  _members: Record<string, unknown>,
  _types: TypesInForce | undefined,
  _path: Issue['path'],
): Issue[] | undefined {
  return undefined
}
