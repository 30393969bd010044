import { contextIris } from '../../standards/caliper/version'
import { requireKey } from '../authenticate'
import type { App, AppDeps } from '../context'
import { jsonReply, keyed, problems } from '../openapi'
import { operation } from '../operation'
import { createRoute } from '../route'
import { z } from '../zod'

const size = z.int().openapi({ description: 'Kilobytes' })
const versions = z.array(z.string()).openapi({ description: 'Context IRIs' })
const extensions = z.looseObject({}).openapi('CaliperExtensions')

const EndpointConfiguration = z
  .object({
    caliperMaximumPayloadSize: size,
    caliperSupportedVersions: versions,
    caliperSupportedExtensions: extensions,
    caliper_maximum_payload_size: size,
    caliper_supported_versions: versions,
    caliper_supported_extensions: extensions,
  })
  .openapi('CaliperEndpointConfiguration')

const supportedVersions = Object.values(contextIris)

const route = createRoute({
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

export function getEndpointConfiguration(app: App, { options }: AppDeps) {
  const configuration = configurationFor(options.config.maxBodyBytes)
  operation(app, route, { admit: requireKey }, (c, { reply }) => {
    return reply.json(c, 200, configuration)
  })
}

/**
 * Caliper 1.2, section 6.2, spells the properties in camel case; the official fixture
 * (caliperEndpointConfigPayload) and the reference SDK for Python read snake case.
 */
function configurationFor(maxBodyBytes: number): z.output<typeof EndpointConfiguration> {
  // The larger kilobyte has 1024 bytes: whatever a sensor makes of the number is never more than we take.
  const kilobytes = Math.floor(maxBodyBytes / 1024)
  return {
    caliperMaximumPayloadSize: kilobytes,
    caliperSupportedVersions: supportedVersions,
    caliperSupportedExtensions: {},
    caliper_maximum_payload_size: kilobytes,
    caliper_supported_versions: supportedVersions,
    caliper_supported_extensions: {},
  }
}
