import { describe, expect, it } from 'bun:test'
import { startTestApp } from '../support/app'
import { batteryOf } from '../support/battery'

describe('GET /caliper/v1p2/events', () => {
  it('is the endpoint configuration in both spellings, sizes in kilobytes', async () => {
    await using app = await startTestApp({ config: { maxBodyBytes: 6_291_456 } })
    const response = await app.request('/caliper/v1p2/events', { headers: app.as() })
    expect(response.status).toBe(200)
    const versions = [
      'http://purl.imsglobal.org/ctx/caliper/v1p2',
      'http://purl.imsglobal.org/ctx/caliper/v1p1',
      'http://purl.imsglobal.org/ctx/caliper/v1/Context',
    ]
    expect(await response.json()).toEqual({
      caliperMaximumPayloadSize: 6144,
      caliperSupportedVersions: versions,
      caliperSupportedExtensions: {},
      caliper_maximum_payload_size: 6144,
      caliper_supported_versions: versions,
      caliper_supported_extensions: {},
    })
  })

  it('never promises more than is taken', async () => {
    await using app = await startTestApp({ config: { maxBodyBytes: 2047 } })
    const response = await app.request('/caliper/v1p2/events', { headers: app.as() })
    expect(await response.json()).toHaveProperty('caliperMaximumPayloadSize', 1)
  })
})

batteryOf({ method: 'GET', path: '/caliper/v1p2/events', otherMethod: 'DELETE' })
