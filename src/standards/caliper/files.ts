import type { FileForm } from '../standard'
import { contextIri } from './version'

/** Files of envelopes, events and describes, as people have them and the command line sends them. */
export const caliperFiles: FileForm = {
  path: 'caliper/v1p2/events',

  /** Events and describes have a type; an envelope has none, however little of it is right. */
  isDocument(value): value is object {
    if (typeof value !== 'object' || value === null || 'type' in value || '@type' in value)
      return false
    return 'data' in value || 'sensor' in value || 'dataVersion' in value
  },

  itemsOf: (document) => ({ member: 'data', items: (document as { data?: unknown }).data }),

  enclose(items, sensor) {
    const sendTime = new Date().toISOString()
    const shell = JSON.stringify({ sensor, sendTime, dataVersion: contextIri, data: [] })
    return `${shell.slice(0, -2)}${items.join(',')}]}`
  },
}
