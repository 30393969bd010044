import { describe, expect, it } from 'bun:test'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { ConfigError, readConfig } from './read-config'

const anEd25519Key = pkcs8Of(generateKeyPairSync('ed25519'))

function pkcs8Of({ privateKey }: { privateKey: KeyObject }): string {
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
}

const valid: [variable: string, value: string, field: string, reads: unknown][] = [
  ['NONIUS_PORT', '0', 'port', 0],
  ['NONIUS_PORT', '65535', 'port', 65_535],
  ['NONIUS_HOST', '::1', 'host', '::1'],
  ['NONIUS_HOST', 'localhost', 'host', 'localhost'],
  ['NONIUS_DATA_DIR', '/var/lib/nonius data', 'dataDir', '/var/lib/nonius data'],
  ['NONIUS_TRUST_PROXY', '1', 'trustProxy', true],
  ['NONIUS_TRUST_PROXY', 'off', 'trustProxy', false],
  [
    'NONIUS_TRUST_PROXY',
    '10.0.0.0/8, ::1,fd00::/8',
    'trustProxy',
    ['10.0.0.0/8', '::1', 'fd00::/8'],
  ],
  ['NONIUS_DEMO_KEY', 'k', 'demoKey', 'k'],
  ['NONIUS_ADMIN_KEY', 'bm9uaXVzLWFkbWluLWtleQ==', 'adminKey', 'bm9uaXVzLWFkbWluLWtleQ=='],
  ['NONIUS_MAX_BODY_BYTES', '1024', 'maxBodyBytes', 1024],
  ['NONIUS_BODY_TIMEOUT_SECONDS', '1', 'bodyTimeoutSeconds', 1],
  ['NONIUS_REQUEST_MEMORY_BYTES', '16777216', 'requestMemoryBytes', 16_777_216],
  ['NONIUS_ARCHIVE_FLUSH_SECONDS', '1', 'archiveFlushSeconds', 1],
  ['NONIUS_SETTLE', '0', 'settle', 0],
  ['NONIUS_SETTLE', 'off', 'settle', 'off'],
  ['NONIUS_HOT_TTL_DAYS', '3650', 'hotTtlDays', 3650],
  ['NONIUS_QUARANTINE_MAX_ITEMS', '1', 'quarantineMaxItems', 1],
  ['NONIUS_QUARANTINE_MAX_BYTES', '1048576', 'quarantineMaxBytes', 1_048_576],
  ['NONIUS_QUARANTINE_DAYS', '3650', 'quarantineDays', 3650],
  [
    'NONIUS_OIDC_ISSUER',
    'https://id.example.edu/realms/a',
    'oidcIssuer',
    'https://id.example.edu/realms/a',
  ],
  ['NONIUS_OIDC_ISSUER', 'http://localhost:8080/', 'oidcIssuer', 'http://localhost:8080/'],
  [
    'NONIUS_OIDC_AUDIENCE',
    'https://nonius.example.edu',
    'oidcAudience',
    'https://nonius.example.edu',
  ],
  ['NONIUS_ALLOW_PRIVATE_WEBHOOKS', '1', 'allowPrivateWebhooks', true],
  ['NONIUS_ALLOW_PRIVATE_WEBHOOKS', 'on', 'allowPrivateWebhooks', true],
  ['NONIUS_ALLOW_PRIVATE_WEBHOOKS', 'false', 'allowPrivateWebhooks', false],
  ['NONIUS_RATE_LIMIT_PUBLISH', '200/minute', 'rateLimitPublish', '200/minute'],
  ['NONIUS_RATE_LIMIT_ADMIN', 'off', 'rateLimitAdmin', 'off'],
  ['NONIUS_UNKNOWN_TYPES', 'reject', 'unknownTypes', 'reject'],
  ['NONIUS_MAX_PAYLOAD_KEYS', '50', 'maxPayloadKeys', 50],
  ['NONIUS_REDUCERS', 'off', 'reducers', 'off'],
  ['NONIUS_REDUCERS', 'built-in', 'reducers', 'built-in'],
  ['NONIUS_REDUCERS', './reducers', 'reducers', { folder: './reducers' }],
  ['NONIUS_LOG_LEVEL', 'silent', 'logLevel', 'silent'],
  [
    'NONIUS_ROOTS_TO',
    '/mnt/roots.jsonl, https://siem.example.edu/roots?t=1,s3://roots.example/nonius',
    'rootsTo',
    [
      { kind: 'file', path: '/mnt/roots.jsonl' },
      { kind: 'post', url: 'https://siem.example.edu/roots?t=1' },
      { kind: 'bucket', bucket: 'roots.example', prefix: 'nonius/' },
    ],
  ],
  ['NONIUS_ROOTS_KEY', anEd25519Key, 'rootsKey', anEd25519Key],
  ['NONIUS_CORS_ORIGINS', '*', 'corsOrigins', '*'],
  [
    'NONIUS_CORS_ORIGINS',
    'https://Quiz.example.edu:443, http://localhost:5173',
    'corsOrigins',
    ['https://quiz.example.edu', 'http://localhost:5173'],
  ],
  ['NONIUS_REQUIRE_AUTH', 'TRUE', 'requireAuth', true],
  ['NONIUS_MAX_QUEUE_SIZE', '1', 'maxQueueSize', 1],
  ['NONIUS_MAX_SUBSCRIBERS', '5000', 'maxSubscribers', 5000],
  ['NONIUS_MAX_SOCKETS_PER_ADDRESS', '20', 'maxSocketsPerAddress', 20],
  ['NONIUS_MAX_WS_MESSAGE_BYTES', '1048576', 'maxWsMessageBytes', 1_048_576],
  // These names are of a real-time event pipeline.
  ['PORT', '8001', 'port', 8001],
  ['API_KEY', 'your-secret-key', 'adminKey', 'your-secret-key'],
  ['LOG_LEVEL', 'INFO', 'logLevel', 'info'],
  ['LOG_LEVEL', 'WARNING', 'logLevel', 'warn'],
  ['CORS_ORIGINS', 'https://a.example', 'corsOrigins', ['https://a.example']],
  ['REQUIRE_AUTH', 'true', 'requireAuth', true],
  ['MAX_QUEUE_SIZE', '10000', 'maxQueueSize', 10_000],
  ['MAX_SUBSCRIBERS', '5000', 'maxSubscribers', 5000],
  ['MAX_WS_MESSAGE_BYTES', '1048576', 'maxWsMessageBytes', 1_048_576],
  ['MAX_PAYLOAD_KEYS', '50', 'maxPayloadKeys', 50],
  ['RATE_LIMIT_PUBLISH', '200/minute', 'rateLimitPublish', '200/minute'],
  ['RATE_LIMIT_QUERY', '600/minute', 'rateLimitQuery', '600/minute'],
  ['RATE_LIMIT_ADMIN', '10/minute', 'rateLimitAdmin', '10/minute'],
]

const invalid: [variable: string, value: string][] = [
  ['NONIUS_PORT', '65536'],
  ['NONIUS_PORT', '-1'],
  ['NONIUS_PORT', '3e3'], // Number() would accept this
  ['NONIUS_PORT', ' '],
  ['NONIUS_HOST', 'http://localhost'],
  ['NONIUS_TRUST_PROXY', '2'],
  ['NONIUS_TRUST_PROXY', '10.0.0.0/33'],
  ['NONIUS_TRUST_PROXY', '10.0.0/8'],
  ['NONIUS_TRUST_PROXY', 'caddy'],
  ['NONIUS_TRUST_PROXY', '10.0.0.0/8,,::1'],
  ['NONIUS_DATA_DIR', 'a\0b'],
  ['NONIUS_MAX_BODY_BYTES', '6MB'],
  ['NONIUS_MAX_BODY_BYTES', '0'],
  ['NONIUS_BODY_TIMEOUT_SECONDS', '0'],
  ['NONIUS_REQUEST_MEMORY_BYTES', '16777215'],
  ['NONIUS_ARCHIVE_FLUSH_SECONDS', '0'],
  ['NONIUS_ARCHIVE_FLUSH_SECONDS', '1.5'],
  ['NONIUS_SETTLE', '24'],
  ['NONIUS_SETTLE', 'never'],
  ['NONIUS_HOT_TTL_DAYS', '0'],
  ['NONIUS_QUARANTINE_MAX_ITEMS', '0'],
  ['NONIUS_QUARANTINE_MAX_BYTES', '1MB'],
  ['NONIUS_OIDC_ISSUER', 'id.example.edu'],
  ['NONIUS_OIDC_ISSUER', 'http://id.example.edu'], // anyone in between could answer
  ['NONIUS_OIDC_ISSUER', 'https://id.example.edu/?tenant=a'],
  ['NONIUS_OIDC_AUDIENCE', 'two words'],
  ['NONIUS_ALLOW_PRIVATE_WEBHOOKS', 'maybe'],
  ['NONIUS_UNKNOWN_TYPES', 'drop'],
  ['NONIUS_RATE_LIMIT_PUBLISH', '0/minute'],
  ['NONIUS_RATE_LIMIT_PUBLISH', '200'],
  ['NONIUS_RATE_LIMIT_QUERY', '1.5/minute'],
  ['NONIUS_RATE_LIMIT_ADMIN', '10/week'],
  ['NONIUS_MAX_PAYLOAD_KEYS', '0'],
  ['NONIUS_LOG_LEVEL', 'verbose'],
  ['NONIUS_ROOTS_TO', 'a.jsonl,,b.jsonl'],
  ['NONIUS_ROOTS_TO', 'ftp://files.example.edu/roots'],
  ['NONIUS_ROOTS_TO', 's3://Not_A_Bucket/a'],
  ['NONIUS_ROOTS_TO', 'https://'],
  ['NONIUS_ROOTS_TO', Array.from({ length: 11 }, (_, i) => `${i}.jsonl`).join()],
  ['NONIUS_CORS_ORIGINS', 'quiz.example.edu'],
  ['NONIUS_CORS_ORIGINS', '*,https://a.example'],
  ['NONIUS_CORS_ORIGINS', 'https://a.example,'],
  ['NONIUS_CORS_ORIGINS', 'https://a.example/quiz'],
  ['NONIUS_CORS_ORIGINS', 'null'],
  ['NONIUS_REQUIRE_AUTH', 'never'],
  ['NONIUS_MAX_QUEUE_SIZE', '0'],
  ['NONIUS_MAX_SUBSCRIBERS', '-1'],
  ['NONIUS_MAX_SOCKETS_PER_ADDRESS', '0'],
  ['NONIUS_MAX_SOCKETS_PER_ADDRESS', 'none'],
  ['NONIUS_MAX_WS_MESSAGE_BYTES', '1MB'],
  ['PORT', 'eighty'],
  ['LOG_LEVEL', 'TRACE'],
  ['CORS_ORIGINS', 'everyone'],
  ['MAX_SUBSCRIBERS', '1e3'],
]

/** Keys may be left out where nobody but this machine reaches the server. */
const withoutKeys: [env: Record<string, string>, problem?: string][] = [
  [{ NONIUS_HOST: '127.0.0.1' }],
  [{ NONIUS_HOST: 'localhost' }],
  [{ NONIUS_HOST: '::1' }],
  [{}, 'is "0.0.0.0"'],
  [{ NONIUS_HOST: '192.168.1.7' }, 'is "192.168.1.7"'],
  [{ NONIUS_HOST: '::' }, 'is "::"'],
  [{ NONIUS_HOST: 'localhost.example.edu' }, 'is "localhost.example.edu"'],
  [{ NONIUS_HOST: '127.0.0.1', NONIUS_TRUST_PROXY: '1' }, 'NONIUS_TRUST_PROXY'],
]

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('the environment is read once, at the start', () => {
  it('gives every setting that has a default its default, also when it is set to nothing', () => {
    const defaults = {
      environment: 'production',
      port: 3000,
      host: '0.0.0.0',
      trustProxy: false,
      dataDir: './data',
      maxBodyBytes: 6 * 1024 * 1024,
      bodyTimeoutSeconds: 300,
      requestMemoryBytes: 128 * 1024 * 1024,
      archiveFlushSeconds: 60,
      settle: 2,
      hotTtlDays: 30,
      xapiRetentionDays: 2555,
      xapiVersions: ['1.0.3', '2.0.0'],
      xapiDefaultVersion: '1.0.3',
      quarantineMaxItems: 100_000,
      quarantineMaxBytes: 256 * 1024 * 1024,
      quarantineDays: 365,
      maxWebhooks: 1000,
      oidcAudience: 'nonius',
      allowPrivateWebhooks: false,
      rateLimitPublish: '60000/minute',
      rateLimitQuery: '60000/minute',
      rateLimitAdmin: '6000/minute',
      unknownTypes: 'accept',
      corsOrigins: '*',
      requireAuth: true,
      maxQueueSize: 10_000,
      maxSubscribers: 5000,
      maxSocketsPerAddress: Number.POSITIVE_INFINITY,
      maxWsMessageBytes: 512 * 1024,
      reducers: 'on-demand',
      logLevel: 'info',
    } as const
    expect(readConfig({})).toEqual(defaults)
    expect(readConfig({ NONIUS_PORT: '', NONIUS_DEMO_KEY: '' })).toEqual(defaults)
  })

  for (const [variable, value, field, reads] of valid) {
    it(`takes ${variable}=${value}`, () => {
      expect(readConfig({ [variable]: value })).toHaveProperty(field, reads as never)
    })
  }

  for (const [variable, value] of invalid) {
    it(`refuses ${variable}=${JSON.stringify(value)}, naming it and its value`, () => {
      const [problem, ...others] = problemsOf({ [variable]: value })
      expect(problem).toStartWith(`${variable} must be `)
      expect(problem).toContain(JSON.stringify(value))
      expect(others).toEqual([])
    })
  }

  it('names everything that is wrong at once', () => {
    const problems = problemsOf({ NONIUS_PORT: 'x', NONIUS_LOG_LEVEL: 'loud', NONIUS_HOST: 'ok' })
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'NONIUS_PORT',
      'NONIUS_LOG_LEVEL',
    ])
  })

  it('never shows a key that it refuses', () => {
    for (const variable of ['NONIUS_DEMO_KEY', 'NONIUS_ADMIN_KEY']) {
      for (const secret of ['has a space', 'ünïcödé', 'long'.repeat(51)]) {
        const [problem] = problemsOf({ [variable]: secret })
        expect(problem).toStartWith(`${variable} must be 1 to 200 `)
        expect(problem).not.toContain(secret)
      }
    }
  })

  for (const [env, problem] of withoutKeys) {
    it(`${problem === undefined ? 'takes' : 'refuses'} no keys with ${JSON.stringify(env)}`, () => {
      for (const name of ['NONIUS_REQUIRE_AUTH', 'REQUIRE_AUTH']) {
        const problems = problemsOf({ ...env, [name]: 'false' })
        expect(problems).toHaveLength(problem === undefined ? 0 : 1)
        if (problem !== undefined) expect(problems[0]).toContain(problem)
      }
    })
  }

  it('reads another name only where ours is not set', () => {
    const env = { NONIUS_PORT: '3001', PORT: '8001', NONIUS_LOG_LEVEL: '', LOG_LEVEL: 'DEBUG' }
    expect(readConfig(env)).toMatchObject({ port: 3001, logLevel: 'debug' })
    expect(problemsOf({ NONIUS_PORT: 'x', PORT: '8001' })[0]).toStartWith('NONIUS_PORT must be')
  })

  it('refuses a key of roots that is none, and never shows it', () => {
    const rsa = pkcs8Of(generateKeyPairSync('rsa', { modulusLength: 1024 }))
    for (const secret of [rsa, 'c2VjcmV0', '-----BEGIN PRIVATE KEY-----']) {
      const [problem] = problemsOf({ NONIUS_ROOTS_KEY: secret })
      expect(problem).toStartWith('NONIUS_ROOTS_KEY must be an Ed25519 private key')
      expect(problem).not.toContain(secret)
    }
  })

  it('refuses one key for both uses', () => {
    const same = 'the-same-key-for-both'
    const problems = problemsOf({ NONIUS_DEMO_KEY: same, NONIUS_ADMIN_KEY: same })
    expect(problems).toEqual(['NONIUS_DEMO_KEY and NONIUS_ADMIN_KEY must be two different keys.'])
  })
})
