import { anEnvelope, anEvent } from '../tools/samples/envelopes'
import { aNativeEvent } from '../tools/samples/native'
import { aStatement } from '../tools/samples/statements'

/** An `event` is Caliper's, a `statement` is xAPI's, a `line` is a native event as JSON lines. */
export type Kind = 'event' | 'statement' | 'line'

/** How the driver sends a kind: where to, with which headers, and what stands around and between its items. */
interface Sending {
  path: string
  headers: Record<string, string>
  around: readonly [before: string, after: string]
  between: string
  /** Makes one, without the id that the driver gives it. */
  make(): Record<string, unknown>
  id(uuid: string): string
}

export const kinds: Record<Kind, Sending> = {
  event: {
    path: '/caliper/v1p2/events',
    headers: {},
    around: JSON.stringify(anEnvelope(['HERE'])).split('"HERE"') as [string, string],
    between: ',',
    make: () => ({ ...anEvent() }),
    id: (uuid) => `urn:uuid:${uuid}`,
  },
  statement: {
    path: '/xapi/statements',
    headers: { 'x-experience-api-version': '1.0.3' },
    around: ['[', ']'],
    between: ',',
    make: () => aStatement(),
    id: (uuid) => uuid,
  },
  line: {
    path: '/api/v1/events',
    headers: { 'content-type': 'application/x-ndjson' },
    around: ['', '\n'],
    between: '\n',
    make: () => aNativeEvent(),
    id: (uuid) => uuid,
  },
}
