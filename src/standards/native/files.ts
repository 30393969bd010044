import type { FileForm } from '../standard'
import { checkNative, loadTypes } from './conformance'

/** Files of native events, which have no envelope. */
export const nativeFiles: FileForm = {
  name: 'native',
  words: { one: 'native event', many: 'native events', as: 'native events' },
  path: 'api/v1/events',
  /** Nothing but a native event names its type so; a Caliper event with such a member has a context. */
  isItem: (value) =>
    typeof value === 'object' && value !== null && 'event_type' in value && !('@context' in value),
  isDocument: (_): _ is object => false,
  enclose: (items) => `[${items.join(',')}]`,
  load: loadTypes,
  check: checkNative,
}
