import { readCatalogue } from '../../reducers/kept/catalogue'
import type { LoadedReducer, ReducerHealth } from '../../reducers/loaded'
import { keyWith } from '../admit'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const time = z.iso.datetime()

const Watermark = z
  .object({
    consumer: z.string().openapi({
      description: '`archive` is the lake; `webhooks`, `statements`, `types`, `reducers`',
    }),
    completeTo: time.optional().openapi({
      description: 'Every event that was acknowledged before then is in it; absent where unknown',
    }),
    records: z.int().min(0).optional().openapi({ description: 'So many wait, of all tenants' }),
    toldBy: z
      .string()
      .optional()
      .openapi({ description: 'What tells, where it is not known here' }),
  })
  .openapi('Watermark')

const Status = z
  .object({
    at: time,
    completeTo: time
      .optional()
      .openapi({ description: 'The earliest of all; absent where one is unknown' }),
    consumers: z.array(Watermark),
    reducersOff: z
      .array(
        z.object({
          reducer: z.string(),
          version: z.int(),
          since: time,
          why: z.string().optional(),
        }),
      )
      .optional()
      .openapi({
        description:
          'Reducers that were switched off, since they only failed; absent while there are none',
      }),
    settledThrough: z.string().optional().openapi({
      description: 'The last day (UTC) of the lake that is settled; absent while none is',
    }),
  })
  .openapi('Status')

const at = '2026-11-15T10:15:00.000Z'
const example = {
  ...{ at, completeTo: '2026-11-15T10:14:58.120Z' },
  consumers: [
    { consumer: 'archive', completeTo: '2026-11-15T10:14:58.120Z', records: 12 },
    { consumer: 'webhooks', completeTo: at, records: 0 },
  ],
  settledThrough: '2026-11-14',
}

const route = createRoute({
  method: 'get',
  path: '/status',
  operationId: 'getStatus',
  tags: ['System'],
  summary: 'How far everything that follows the events is',
  description:
    'Scope `events:read`. For each consumer a time before which it has everything. Ask before you read, and what you read is complete to then.',
  ...keyed,
  responses: {
    200: jsonReply(Status, { description: 'The watermarks', example }),
    ...problems('unauthenticated', 'forbidden', 'unavailable'),
  },
})

function offOf({
  name: reducer,
  version,
  offSince: since,
  offBecause: why,
}: ReducerHealth & LoadedReducer) {
  return since === undefined ? [] : [{ reducer, version, since, ...(why !== undefined && { why }) }]
}

type Watermarks = z.output<typeof Watermark>[]

// On AWS the stream has shards of its own pace, and its metrics tell of the slowest.
const elsewhere = {
  archive: 'CloudWatch: IteratorAge of the function changes, and DeliveryToS3.DataFreshness',
  webhooks: 'CloudWatch: IteratorAge of the function changes',
  types: 'CloudWatch: IteratorAge of the function follow',
}

export function getStatus(app: App, { platform, options }: AppDeps) {
  const { clock } = options

  /** Only what every stored event has passed is complete: the oldest that waits is not. */
  function followed(now: Date): Watermarks | undefined {
    return platform.changes?.lags().map(({ consumer, records, ageMs }) => {
      const since = records === 0 ? now.getTime() : now.getTime() - Math.ceil(ageMs)
      return { consumer, completeTo: new Date(since).toISOString(), records }
    })
  }

  async function unfollowed(tenantId: string): Promise<Watermarks> {
    const told = Object.entries(elsewhere).map(([consumer, toldBy]) => ({ consumer, toldBy }))
    const tenant = await platform.registry.tenants.get(tenantId)
    const isStored = (tenant?.xapi ?? platform.defaultXapi) === 'lrs'
    if (!isStored) return told
    const completeTo = await platform.statements.consistentThrough(tenantId)
    return [...told, { consumer: 'statements', completeTo }]
  }

  operation(app, route, { admit: keyWith('events:read') }, async (c, { principal, reply }) => {
    // The clock is read first: what is stored between the two is after it.
    const now = clock.now()
    const consumers = followed(now) ?? (await unfollowed(principal.tenantId))
    const settled = await platform.settlement?.state()
    const off = (await readCatalogue(platform.documents)).reducers.flatMap(offOf)
    const times = consumers.map(({ completeTo }) => completeTo)
    const isKnown = times.length > 0 && times.every((one) => one !== undefined)
    c.header('Cache-Control', 'no-store')
    return reply.json(c, 200, {
      at: now.toISOString(),
      ...(isKnown && { completeTo: times.toSorted()[0]! }),
      consumers,
      ...(off.length > 0 && { reducersOff: off }),
      ...(settled?.settledThrough !== undefined && { settledThrough: settled.settledThrough }),
    })
  })
}
