import { contextIri } from '../../standards/caliper/version'

/** From the specification (Reading Profile), so that what one tries first is real. */
export const caliperEnvelope = {
  sensor: 'https://example.edu/sensors/1',
  sendTime: '2026-11-15T10:15:01.000Z',
  dataVersion: contextIri,
  data: [
    {
      '@context': contextIri,
      id: 'urn:uuid:cd088ca7-c044-405c-bb41-0b2a8506f907',
      type: 'NavigationEvent',
      profile: 'ReadingProfile',
      actor: { id: 'https://example.edu/users/554433', type: 'Person' },
      action: 'NavigatedTo',
      object: {
        id: 'https://example.edu/terms/201801/courses/7/sections/1/pages/2',
        type: 'WebPage',
        name: 'Learning Analytics Specifications',
      },
      eventTime: '2026-11-15T10:15:00.000Z',
      edApp: { id: 'https://example.edu', type: 'SoftwareApplication' },
      group: {
        id: 'https://example.edu/terms/201801/courses/7/sections/1',
        type: 'CourseSection',
        courseNumber: 'CPS 435-01',
      },
      session: {
        id: 'https://example.edu/sessions/1f6442a482de72ea6ad134943812bff564a76259',
        type: 'Session',
        startedAtTime: '2026-11-15T10:00:00.000Z',
      },
    },
  ],
}
