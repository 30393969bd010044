import { uuid } from './page'
import { readReceipt } from './send/wire'
import { createStandardClient, type StandardClient, type StandardOptions } from './standard'

const CONTEXT = 'http://purl.imsglobal.org/ctx/caliper/v1p2'

/** An event of Caliper 1.2. Left out, `id`, `eventTime` and `@context` are added. */
export interface CaliperEvent {
  type: string
  actor: unknown
  action: string
  object: unknown
  id?: string
  eventTime?: string
  [member: string]: unknown
}

/** Configures a client of Caliper. */
export interface CaliperOptions extends StandardOptions {
  /** Names what sends: `sensor` of the envelope, an IRI. Left out, the origin of the page. */
  sensor?: string | undefined
}

/** Makes a client whose `send` takes events of Caliper 1.2, which arrive in envelopes. It never throws. */
export function createCaliperClient(options: CaliperOptions): StandardClient<CaliperEvent> {
  const { location } = globalThis as { location?: { origin?: string } }
  const sensor = options.sensor ?? location?.origin ?? 'urn:nonius:client'
  return createStandardClient(options, {
    wire: {
      path: '/caliper/v1p2/events',
      pathByKey: '/caliper/in/',
      body(texts) {
        const envelope = { sensor, sendTime: new Date().toISOString(), dataVersion: CONTEXT }
        return `${JSON.stringify(envelope).slice(0, -1)},"data":[${texts.join(',')}]}`
      },
      read: readReceipt,
    },
    defaults: () => ({
      '@context': CONTEXT,
      id: `urn:uuid:${uuid()}`,
      eventTime: new Date().toISOString(),
    }),
  })
}
