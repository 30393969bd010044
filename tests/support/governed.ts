import { assembleGovernance } from '../../src/governance/assemble'
import { readPolicy } from '../../src/governance/policy/read'
import type { Scope } from '../../src/identity/scope'
import { systemClock } from '../../src/platform/clock'
import { startTestApp } from './app'

type Headers = Record<string, string>

/** Members of answers that tests look at. */
interface Answer {
  [more: string]: unknown
  user_id?: string
  receipt: { eventIds: string[] }
  eventIds: string[]
  quarantined: { errors: unknown[] }[]
  quarantineId?: string
  withheld?: unknown
  results: unknown[]
  outcome?: string
}

const scopes: Scope[] = [
  'events:write',
  'events:read',
  'quarantine:read',
  'quarantine:write',
  'all',
]

/** An app whose tenants have policies. */
export async function startGovernedTest(options: Parameters<typeof startTestApp>[0] = {}) {
  const app = await startTestApp(options)
  const { registry } = app.platform
  const others = assembleGovernance(app.platform, { clock: systemClock })
  let made = 0

  /** A tenant of its own with a key; a record store of xAPI is part of it. */
  async function tenant(policy?: Record<string, unknown>) {
    made += 1
    const tenantId = `governed-${made}`
    const createdAt = new Date().toISOString()
    await registry.tenants.put({ tenantId, name: tenantId, createdAt, xapi: 'lrs' })
    const key = await app.issue(scopes, tenantId)
    let version = 0
    let hasSent = false

    /** Puts a policy; whoever remembers another has forgotten it. */
    async function put(document: Record<string, unknown>) {
      const read = readPolicy(document)
      if (read.errors !== undefined) throw new Error(JSON.stringify(read.errors))
      const by = { changedBy: 'key_of_a_test', basedOn: version }
      await others.policies.put(tenantId, read, by)
      version += 1
      if (app.services !== undefined) app.services.policies.changed(tenantId)
      else if (hasSent) await Bun.sleep(5_100) // another process remembers it for five seconds
    }

    async function post(path: string, body: unknown, headers: Headers = {}) {
      hasSent = true
      const isSent = typeof body === 'string' || body instanceof Uint8Array
      const text = isSent ? (body as string) : JSON.stringify(body)
      return app.request(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...app.as(key), ...headers },
        body: text,
      })
    }

    async function json(path: string, body: unknown, headers: Headers = {}) {
      const response = await post(path, body, headers)
      return { status: response.status, ...((await response.json()) as Answer) }
    }

    if (policy !== undefined) await put(policy)
    return {
      tenantId,
      key,
      /** Lists learners as under 13, before anything is sent. */
      async children(...ids: string[]) {
        await others.under13.add(tenantId, ids, { by: 'key_of_a_test', at: createdAt })
        app.services?.policies.changed(tenantId)
      },
      put,
      post,
      json,
      native: (body: unknown, headers: Headers = {}) => json('/api/v1/events', body, headers),
      /** Says what a person granted or denied. */
      async consent(actorId: string, categories: Record<string, 'granted' | 'denied'>) {
        const at = new Date().toISOString()
        await others.consents.put(tenantId, { actorId, categories, at, by: 'key_of_a_test' })
      },
      event: (id: string) => app.platform.events.get(tenantId, id),
      held: async () =>
        (await app.platform.quarantine.list(tenantId, { limit: 100, order: 'oldest' })).items,
      replay: (id: string, body: object = {}) => json(`/quarantine/${id}/replay`, body),
    }
  }

  return { ...app, tenant }
}

export const rules = {
  pseudonyms: { name: 'everybody', then: { personal: 'pseudonymise' } },
  asked: (without: string) => ({
    name: 'asked',
    then: { consent: { category: 'analytics', without } },
  }),
  held: {
    name: 'looked at',
    when: { path: 'type', equals: 'odd_thing' },
    then: { action: 'MAINTAIN' },
  },
  dropped: { name: 'of no use', when: { path: 'type', equals: 'noise' }, then: { action: 'DROP' } },
}
