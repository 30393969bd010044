import type { FileForm } from '../standard'
import { checkNative, loadTypes } from './conformance'
import { dialectShown } from './dialects'

/** Files of native events, which have no envelope. */
export const nativeFiles: FileForm = {
  name: 'native',
  words: { one: 'native event', many: 'native events', as: 'native events' },
  path: 'api/v1/events',
  /**
   * Nothing but a native event names its type so, or has the form of a dialect; a Caliper event with such
   * a member has a context.
   */
  isItem: (value) =>
    typeof value === 'object' &&
    value !== null &&
    !('@context' in value) &&
    ('event_type' in value || dialectShown(value) !== undefined),
  isDocument: (_): _ is object => false,
  wordsOf: (value) => dialectShown(value)?.words,
  enclose: (items) => `[${items.join(',')}]`,
  load: loadTypes,
  check: checkNative,
}
