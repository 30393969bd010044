import { contextIris } from '../../standards/caliper/version'
import type { z } from '../zod'
import type { EndpointConfiguration } from './get-endpoint-configuration-route'

const supportedVersions = Object.values(contextIris)

/**
 * Caliper 1.2, section 6.2, spells the properties in camel case; the official fixture
 * (caliperEndpointConfigPayload) and the reference SDK for Python read snake case.
 */
export function configurationFor(maxBodyBytes: number): z.output<typeof EndpointConfiguration> {
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
