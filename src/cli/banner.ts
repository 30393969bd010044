import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'

export interface Started {
  url: URL
  dataDir: string
  /** The keys of a first start are shown now and never again. */
  keys?: { demoKey: string; adminKey: string } | undefined
  /** Set by `NONIUS_ENVIRONMENT`. */
  isDevelopment?: boolean | undefined
  /** Set by `NONIUS_REQUIRE_AUTH=0`. */
  isOpen?: boolean | undefined
  /** These keys were given by the person who started the server; they are known, and not shown. */
  given?: { demoKey?: string | undefined; adminKey?: string | undefined } | undefined
}

/** The banner says what a person needs to know of a server that has just started. */
export function banner(started: Started, version: string): string {
  const { keys, dataDir, given = {} } = started
  const isDemoGiven = given.demoKey !== undefined
  const isAdminGiven = given.adminKey !== undefined
  const base = addressFor(started.url)
  const lines = [`Nonius ${version} is running at ${base} (Ctrl-C stops it)`, '']
  if (started.isDevelopment) {
    lines.push('  development  NONIUS_ENVIRONMENT allows what no server for others should', '')
  }
  if (started.isOpen) {
    lines.push(
      '  no keys     Anybody on this machine may read, send and delete (NONIUS_REQUIRE_AUTH)',
      '',
    )
  }
  if (keys) {
    lines.push(
      `  demo key    ${isDemoGiven ? 'the one in NONIUS_DEMO_KEY' : keys.demoKey}`,
      `  admin key   ${isAdminGiven ? 'the one in NONIUS_ADMIN_KEY' : keys.adminKey}`,
    )
    if (!isDemoGiven || !isAdminGiven) {
      const what = isDemoGiven || isAdminGiven ? 'it: it is' : 'them: they are'
      const whose = isDemoGiven || isAdminGiven ? 'its hash stays' : 'their hashes stay'
      lines.push(`              Keep ${what} shown this once, only ${whose} here.`)
    }
    lines.push('')
  }
  lines.push(
    `  docs        ${base}/docs`,
    `  OpenAPI     ${base}/openapi.json`,
    `  data        ${resolve(dataDir)}`,
    '',
    keys
      ? 'Send a first event:'
      : 'Send an event (NONIUS_KEY holds your key; `nonius keys create` makes one):',
    '',
    exampleCurl(
      base,
      keys && !isDemoGiven
        ? `'Authorization: Bearer ${keys.demoKey}'`
        : `"Authorization: Bearer $${keys ? 'NONIUS_DEMO_KEY' : 'NONIUS_KEY'}"`,
    ),
    '',
  )
  return lines.join('\n')
}

/** Returns a complete Caliper 1.2 envelope with one ViewEvent, as a command for a Unix shell. */
function exampleCurl(base: string, header: string): string {
  const { data, ...rest } = exampleEnvelope(new Date())
  return [
    `curl -sS ${base}/caliper/v1p2/events \\`,
    `  -H ${header} \\`,
    `  -H 'Content-Type: application/json' -d '{`,
    ...members(rest, '  ').map((line) => `${line},`),
    '  "data": [{',
    members(data[0]!, '    ').join(',\n'),
    `  }]`,
    `}'`,
  ].join('\n')
}

/**
 * Writes one member a line and does not break what is inside it: short enough to read, and to
 * paste.
 */
function members(object: object, indent: string): string[] {
  return Object.entries(object).map(([name, value]) => {
    return `${indent}${JSON.stringify(name)}: ${JSON.stringify(value)}`
  })
}

function exampleEnvelope(now: Date) {
  const time = now.toISOString()
  const context = 'http://purl.imsglobal.org/ctx/caliper/v1p2'
  const app = 'https://reader.example.edu'
  const course = 'https://example.edu/terms/2026/courses/7/sections/1'
  const reader = 'https://example.edu/users/554433'
  return {
    sensor: `${app}/sensors/1`,
    sendTime: time,
    dataVersion: context,
    data: [
      {
        '@context': context,
        id: `urn:uuid:${randomUUID()}`,
        type: 'ViewEvent',
        profile: 'ReadingProfile',
        actor: { id: reader, type: 'Person' },
        action: 'Viewed',
        object: {
          id: `${app}/etexts/200.epub`,
          type: 'Document',
          name: 'An Introduction to Measuring',
          version: '2nd ed.',
        },
        eventTime: time,
        edApp: { id: app, type: 'SoftwareApplication', name: 'Reader', version: 'v2' },
        group: { id: course, type: 'CourseSection', courseNumber: 'MATH 101-1' },
        membership: {
          id: `${course}/rosters/1`,
          type: 'Membership',
          member: reader,
          organization: course,
          roles: ['Learner'],
          status: 'Active',
        },
        session: { id: `${app}/sessions/${randomUUID()}`, type: 'Session', startedAtTime: time },
      },
    ],
  }
}

/**
 * Returns the address to call: a server that listens everywhere is reached from here as localhost.
 */
function addressFor({ protocol, hostname, port }: URL): string {
  const host = ['0.0.0.0', '[::]'].includes(hostname) ? 'localhost' : hostname
  return `${protocol}//${host}${port === '' ? '' : `:${port}`}`
}
