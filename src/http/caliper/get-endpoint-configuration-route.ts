import { jsonReply, keyed, problems } from '../openapi'
import { createRoute } from '../route'
import { z } from '../zod'
import { configurationFor } from './endpoint-configuration'

const size = z.int().openapi({ description: 'Kilobytes' })
const versions = z.array(z.string()).openapi({ description: 'Context IRIs' })
const extensions = z.looseObject({}).openapi('CaliperExtensions')

export const EndpointConfiguration = z
  .object({
    caliperMaximumPayloadSize: size,
    caliperSupportedVersions: versions,
    caliperSupportedExtensions: extensions,
    caliper_maximum_payload_size: size,
    caliper_supported_versions: versions,
    caliper_supported_extensions: extensions,
  })
  .openapi('CaliperEndpointConfiguration')

export const route = createRoute({
  method: 'get',
  path: '/caliper/v1p2/events',
  operationId: 'getCaliperEndpointConfiguration',
  tags: ['Caliper'],
  summary: 'What this endpoint takes',
  description: 'Endpoint configuration, Caliper 1.2, section 6.2. Any key may ask.',
  ...keyed,
  responses: {
    200: jsonReply(EndpointConfiguration, {
      description: 'In both spellings that are in use',
      example: configurationFor(6_291_456),
    }),
    ...problems('unauthenticated', 'unavailable'),
  },
})
