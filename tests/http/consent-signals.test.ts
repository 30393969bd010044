import { describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { anEnvelope, anEvent } from '../support/envelopes'

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes, looked at by their members
async function call(test: TestApp, method: string, path: string, body?: unknown): Promise<any> {
  const isSent = /^\/(caliper|xapi|api)/.test(path)
  const headers = {
    ...test.as(isSent ? test.keys.demo : test.keys.admin),
    'Content-Type': 'application/json',
    'X-Experience-API-Version': '1.0.3',
  }
  const reply = await test.request(path, { method, headers, body: JSON.stringify(body) })
  expect(reply.status).toBeLessThan(300)
  return reply.json()
}

async function start({ tells = true } = {}) {
  const test = await startTestApp()
  await call(test, 'PUT', '/sources/demo', { name: 'Demo', ...(tells && { tellsConsent: true }) })
  return test
}

async function saidBy(test: TestApp, actor: string) {
  const { admin } = test.keys
  const path = `/privacy/consents/${encodeURIComponent(actor)}`
  const reply = await test.request(path, { headers: test.as(admin) })
  if (reply.status === 404) return undefined
  const { decisions } = (await reply.json()) as { decisions: Record<string, { said: string }> }
  return Object.fromEntries(Object.entries(decisions).map(([name, { said }]) => [name, said]))
}

const ada = 'https://example.edu/users/ada'
const caliper = (more: object) =>
  [
    '/caliper/v1p2/events',
    anEnvelope([{ ...anEvent(), actor: { id: ada, type: 'Person' }, ...more }]),
  ] as const
const custom = 'https://purl.imsglobal.org/spec/lti/claim/custom'
const launch = (messageParameters: object) =>
  caliper({
    federatedSession: { id: 'https://example.edu/s/1', type: 'LtiSession', messageParameters },
  })
const statement = (extensions: object) =>
  [
    '/xapi/statements',
    {
      actor: { account: { homePage: 'https://example.edu', name: 'ada' } },
      verb: { id: 'http://adlnet.gov/expapi/verbs/experienced' },
      object: { id: 'https://example.edu/page' },
      context: { extensions },
    },
  ] as const
const native = (context: object) =>
  ['/api/v1/events', { event_type: 'opened', user_id: ada, context }] as const

const rows: [
  what: string,
  sent: readonly [path: string, body: unknown],
  actor: string,
  said: object | undefined,
][] = [
  [
    'Caliper, of the event',
    caliper({ extensions: { consent: { analytics: 'granted', research: false } } }),
    ada,
    { analytics: 'granted', research: 'denied' },
  ],
  [
    'Caliper, of the actor',
    caliper({ actor: { id: ada, type: 'Person', extensions: { consent: { analytics: true } } } }),
    ada,
    { analytics: 'granted' },
  ],
  [
    'a launch of LTI 1.3',
    launch({ [custom]: { consent_analytics: 'denied' } }),
    ada,
    { analytics: 'denied' },
  ],
  [
    'a launch of LTI 1.1',
    launch({ custom_consent_analytics: 'granted' }),
    ada,
    { analytics: 'granted' },
  ],
  [
    'xAPI',
    statement({ 'https://example.edu/xapi/consent': { analytics: 'denied' } }),
    'https://example.edu|ada',
    { analytics: 'denied' },
  ],
  [
    'a native event',
    native({ consent: { analytics: 'denied', research: 'granted' } }),
    ada,
    { analytics: 'denied', research: 'granted' },
  ],
  [
    'words that are no decision',
    native({ consent: { analytics: 'perhaps', 'A B': 'granted', n: 1 } }),
    ada,
    undefined,
  ],
  ['another shape', native({ consent: ['analytics'] }), ada, undefined],
]

describe('a source that is blocked for now', () => {
  it('tells nothing of consent, but what is of others', async () => {
    await using test = await start()
    const blocklist = [{ name: 'wait', when: { domain: 'held.example' }, action: 'MAINTAIN' }]
    await call(test, 'PUT', '/policies', { blocklist })
    const of = (user_id: string) => ({
      ...{ event_type: 'opened', user_id },
      context: { consent: { analytics: 'granted' } },
    })
    const people = ['ada@held.example', 'ada@fine.example']
    await call(test, 'POST', '/api/v1/events', people.map(of))
    expect(await Promise.all(people.map((one) => saidBy(test, one)))).toEqual([
      undefined,
      { analytics: 'granted' },
    ])
  })
})

describe('consent that events tell', () => {
  for (const [what, [path, body], actor, said] of rows) {
    it(`is kept as their actor’s, with the event as evidence: ${what}`, async () => {
      await using test = await start()
      await call(test, 'POST', path, body)
      expect(await saidBy(test, actor)).toEqual(said as Record<string, string>)
    })
  }

  it('is not listened to from a source that is not trusted to tell it', async () => {
    await using test = await start({ tells: false })
    await call(test, 'POST', ...native({ consent: { analytics: 'granted' } }))
    expect(await saidBy(test, ada)).toBeUndefined()
  })

  it('counts for the very request that tells it', async () => {
    await using test = await start()
    const rule = { name: 'ask', then: { consent: { category: 'analytics', without: 'drop' } } }
    await call(test, 'PUT', '/policies', { version: 0, rules: [rule] })
    const grant = await call(test, 'POST', ...native({ consent: { analytics: 'granted' } }))
    expect(grant).not.toHaveProperty('withheld')
    const later = await call(test, 'POST', ...native({}))
    expect(later).not.toHaveProperty('withheld')
    const withdrawn = await call(test, 'POST', ...native({ consent: { analytics: 'denied' } }))
    expect(withdrawn).toMatchObject({ withheld: [{ rule: 'ask', count: 1 }] })
    const after = await call(test, 'POST', ...native({}))
    expect(after).toMatchObject({ withheld: [{ rule: 'ask', count: 1 }] })
  })

  it('does not go back behind what was decided later', async () => {
    await using test = await start()
    await call(test, 'PUT', `/privacy/consents/${encodeURIComponent(ada)}`, {
      categories: { analytics: 'denied' },
    })
    const late = {
      event_type: 'opened',
      user_id: ada,
      timestamp: '2026-01-01T00:00:00Z',
      context: { consent: { analytics: 'granted' } },
    }
    await call(test, 'POST', '/api/v1/events', late)
    expect(await saidBy(test, ada)).toEqual({ analytics: 'denied' })
    // Nor may an event that is dated ahead forestall what comes.
    const ahead = { ...late, timestamp: '2099-01-01T00:00:00Z' }
    await call(test, 'POST', '/api/v1/events', ahead)
    expect(await saidBy(test, ada)).toEqual({ analytics: 'granted' })
    await Bun.sleep(5)
    await call(test, 'PUT', `/privacy/consents/${encodeURIComponent(ada)}`, {
      categories: { analytics: 'denied' },
    })
    expect(await saidBy(test, ada)).toEqual({ analytics: 'denied' })
  })
})
