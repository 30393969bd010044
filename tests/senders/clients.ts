/** How a client library sends, and what it takes for success: read from the source of each. */
export interface Client {
  name: string
  /** Beside the length of the body. */
  headers(key: string): Record<string, string>
  /** Where it posts to, when a header cannot hold the key. */
  path?(key: string): string
  /** What it puts into one request. */
  sends: 'envelope' | 'event'
  /** Statuses that it counts as success; every other is a failure to it. */
  succeedsOn: (status: number) => boolean
  /** Whether it parses the reply as JSON, and fails where that fails. */
  parsesReply?: true
}

const json = { 'Content-Type': 'application/json' }
const only =
  (...statuses: number[]) =>
  (status: number) =>
    statuses.includes(status)
const any2xx = (status: number) => status >= 200 && status <= 299
const byUrl = (key: string) => `/caliper/in/${key}`

export const clients: Client[] = [
  {
    name: 'caliper-php 1.0 (Moodle logstore_caliper)',
    headers: (key) => ({ ...json, Authorization: key }),
    sends: 'envelope',
    succeedsOn: only(200),
  },
  {
    name: 'caliper-php 1.2 (wp-caliper and iPeer, which write Bearer themselves)',
    headers: (key) => ({ ...json, Authorization: `Bearer ${key}` }),
    sends: 'envelope',
    succeedsOn: only(200),
  },
  {
    name: 'caliper-python 1.2 with auth_scheme set to Bearer',
    headers: (key) => ({ ...json, Authorization: `Bearer ${key}`, Accept: '*/*' }),
    sends: 'envelope',
    succeedsOn: only(200, 201),
  },
  {
    name: 'caliper-python 1.2 with its default auth_scheme, which sends no key: by URL',
    headers: () => ({ ...json, Accept: '*/*' }),
    path: byUrl,
    sends: 'envelope',
    succeedsOn: only(200, 201),
  },
  {
    name: 'caliper-java 1.2',
    headers: (key) => ({ ...json, Authorization: key }),
    sends: 'envelope',
    succeedsOn: only(200, 201, 202),
  },
  {
    name: 'caliper-net',
    headers: (key) => ({ 'Content-Type': 'application/json; charset=utf-8', Authorization: key }),
    sends: 'envelope',
    succeedsOn: any2xx,
  },
  {
    name: 'caliper-js',
    headers: (key) => ({ ...json, Authorization: key }),
    sends: 'envelope',
    succeedsOn: () => true, // it does not look
  },
  {
    name: 'caliper-ts (ImagineLearning, CarnegieLearning; ky)',
    headers: (key) => ({ ...json, Authorization: `Bearer ${key}`, Accept: 'application/json' }),
    sends: 'envelope',
    succeedsOn: any2xx,
    parsesReply: true,
  },
  {
    name: 'Open edX event-routing-backends',
    headers: (key) => ({ ...json, Authorization: `Bearer ${key}`, Accept: '*/*' }),
    sends: 'envelope',
    succeedsOn: any2xx,
  },
  {
    name: 'Berkeley SuiteC',
    headers: (key) => ({ ...json, Authorization: `Bearer ${key}` }),
    sends: 'envelope',
    succeedsOn: only(200, 201),
  },
  {
    name: 'Kaltura KAF with its default, no scheme',
    headers: (key) => ({ ...json, Authorization: key }),
    sends: 'envelope',
    succeedsOn: any2xx,
  },
  {
    name: 'Canvas Live Events, an envelope a request',
    headers: () => json,
    path: byUrl,
    sends: 'envelope',
    succeedsOn: any2xx,
  },
  {
    name: 'Canvas Live Events, an event a request',
    headers: () => json,
    path: byUrl,
    sends: 'event',
    succeedsOn: any2xx,
  },
  {
    name: 'a sensor that writes the scheme in small letters, and a charset in capitals',
    headers: (key) => ({
      'Content-Type': 'Application/JSON;Charset="UTF-8"',
      Authorization: `bearer ${key}`,
      Accept: 'text/html, */*;q=0.1',
    }),
    sends: 'envelope',
    succeedsOn: only(200),
  },
  {
    name: 'a sensor that writes the scheme in capitals',
    headers: (key) => ({ ...json, Authorization: `BEARER ${key}`, Accept: 'text/plain' }),
    sends: 'envelope',
    succeedsOn: only(200),
  },
]
