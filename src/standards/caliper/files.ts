import type { FileForm } from '../standard'
import { isNode } from './node'
import { contextIri } from './version'

/** Files of envelopes, events and describes, as people have them and the command line sends them. */
export const caliperFiles: FileForm = {
  name: 'caliper',
  words: { one: 'Caliper event', many: 'Caliper events', as: 'Caliper' },
  path: 'caliper/v1p2/events',

  /** Whatever says its type or its context, or what somebody did when. */
  isItem: (value) =>
    isNode(value) &&
    ('type' in value || '@type' in value || '@context' in value || 'eventTime' in value),

  /** Events and describes have a type; an envelope has none, however little of it is right. */
  isDocument(value): value is object {
    if (!isNode(value) || 'type' in value || '@type' in value) return false
    return 'data' in value || 'sensor' in value || 'dataVersion' in value
  },

  enclose(items, sensor) {
    const sendTime = new Date().toISOString()
    const shell = JSON.stringify({ sensor, sendTime, dataVersion: contextIri, data: [] })
    return `${shell.slice(0, -2)}${items.join(',')}]}`
  },
}
