import { describe, expect, it } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from '@scalar/openapi-parser'
import { documentFile } from '../../openapi/build'
import { laterApps } from '../../src/http/app'
import { events } from '../../src/standards/caliper/model/events'
import { payloadOf } from '../../src/webhooks/message/payload'
import { startTestApp } from '../support/app'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'
import { startXapiTest } from '../support/xapi-documents'

interface Media {
  schema: object
  example?: unknown
  examples?: Record<string, { value: unknown } | { $ref: string }>
}

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  security?: object[]
  parameters?: { in: string; name: string }[]
  requestBody?: { required: boolean; content: Record<string, Media> }
  responses: Record<string, { description: string; content?: Record<string, Media> }>
}

type Examples = Record<string, { summary: string; value: unknown }>

interface Document {
  openapi: string
  components: { schemas: Record<string, unknown>; examples: Examples }
  webhooks: Record<string, Record<string, Operation>>
  paths: Record<string, Record<string, Operation>>
}

// In a process of its own: in this one, other tests may have loaded the schemas already.
const build = join(import.meta.dirname, '../../openapi/build.ts')
const text = execFileSync(process.execPath, [build, '--print'], {
  encoding: 'utf8',
  maxBuffer: 2 ** 24,
})
const document: Document = JSON.parse(text)

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    operation,
  })),
)

/** The values of all examples of a body, those that it refers to included. */
function examplesIn({ example, examples = {} }: Media): unknown[] {
  const named = Object.values(examples).map((one) => {
    if ('value' in one) return one.value
    return document.components.examples[one.$ref.split('/').at(-1)!]!.value
  })
  return example === undefined ? named : [example, ...named]
}

/** The object schemas that stand inline, each with the places where it does. */
function inlineObjects(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  function walk(value: unknown, place: string) {
    if (typeof value !== 'object' || value === null) return
    const { type, properties = {} } = value as { type?: string; properties?: object }
    if (type === 'object' && Object.keys(properties).length > 0) {
      const schema = JSON.stringify(value)
      found.set(schema, [...(found.get(schema) ?? []), place])
    }
    for (const [name, member] of Object.entries(value)) {
      if (name !== 'example' && name !== 'examples') walk(member, `${place}/${name}`)
    }
  }
  walk(document.paths, 'paths')
  walk(document.components.schemas, 'schemas')
  return found
}

describe('the OpenAPI document', () => {
  it('makes a component of every object that it has twice', () => {
    const twice = [...inlineObjects().values()].filter(({ length }) => length > 1)
    expect(twice).toEqual([])
  })

  it('has a named example of each type of event where events are taken', () => {
    const named = (id: string) => {
      const found = operations.find(({ operation }) => operation.operationId === id)!
      const { examples } = found.operation.requestBody!.content['application/json']!
      return Object.keys(examples ?? {})
    }
    const types = Object.keys(events).map((type) => `Caliper${type}`)
    for (const id of ['receiveCaliperEvents', 'receiveCaliperEventsByUrl', 'validateCaliperEvents'])
      expect(named(id)).toEqual(types)
    for (const id of ['receiveNativeEvents', 'postXapiStatements', 'putXapiStatement'])
      expect(named(id).length).toBeGreaterThan(2)
  })

  it('describes what a webhook is sent, as it is sent', () => {
    const { example } = document.webhooks.events!.post!.requestBody!.content['application/json']!
    const { timestamp, data } = example as { timestamp: string; data: object[] }
    const records = data.map((event) => ({ raw: JSON.stringify(event) }))
    expect(JSON.parse(payloadOf(timestamp, records))).toEqual(example as object)
  })

  it('documents filters of webhooks in the spelling that is answered', () => {
    const text = JSON.stringify(document)
    expect(text).not.toContain('FieldFilterShorthand')
    expect(text.match(/"\$ref":"#\/components\/schemas\/FieldFilter"/g)!.length).toBeGreaterThan(1)
  })

  it('is committed as the routes make it; `npm run openapi` writes it', () => {
    expect(readFileSync(documentFile, 'utf8') === text).toBe(true)
  })

  it('is served as committed', async () => {
    await using app = await startTestApp()
    const response = await app.request('/openapi.json')
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(await response.json()).toEqual(document)
  })

  it('is valid OpenAPI 3.1.0', async () => {
    expect(document.openapi).toBe('3.1.0')
    expect((await validate(JSON.parse(text))).errors).toEqual([])
  })

  notOnAws('in process')('describes every route there is, and no other', async () => {
    await using app = await startTestApp()
    const later = await Promise.all(laterApps.map(({ load }) => load(app.services!)))
    const all = [app.app, ...later]
    const routes = all
      .flatMap(({ routes: own }) => own)
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
      // A part of the page at /docs, for nobody to call.
      .filter((route) => route !== 'GET /docs/scalar.js')
    expect(operations.map(({ name }) => name).sort()).toEqual([...new Set(routes)].sort())
  })

  it('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  for (const { name, operation } of operations) {
    it(`${name} has a summary, a tag and its ways to fail`, () => {
      expect(operation.summary).toBeString()
      expect(operation.tags).toHaveLength(1)
      const failures = Object.entries(operation.responses).filter(([status]) => status >= '400')
      expect(failures.length).toBeGreaterThan(0)
      for (const [, { content }] of failures) {
        for (const media of Object.values(content!)) {
          expect(media.example ?? media.examples).toBeDefined()
        }
      }
    })

    const { requestBody } = operation
    if (requestBody !== undefined) {
      it(`${name} shows a body, and says what becomes of one that is too large or no JSON`, () => {
        // No example of a ZIP can be shown.
        const shown =
          requestBody.content['application/json'] ?? requestBody.content['application/zip']
        const isZip = shown === requestBody.content['application/zip']
        expect(shown).toBeDefined()
        expect(isZip || examplesIn(shown!).length > 0).toBe(true)
        const statuses = Object.keys(operation.responses)
        for (const status of ['400', '413', '415']) expect(statuses).toContain(status)
      })
    }
  }
})

describe('what the document says of keys', () => {
  const open = [
    'GET /',
    'GET /health',
    'GET /ready',
    'GET /readiness',
    'GET /openapi.json',
    'GET /docs',
    'GET /client.js',
    'POST /api/v1/events/validate',
    'POST /caliper/v1p2/events/validate',
    'GET /xapi/about',
    'GET /api/v1/filters/schema',
    'GET /policies/schema',
    'POST /xapi/statements/validate',
    // The token in its address is all that it asks for, and a wrong one is answered as cmi5 has it.
    'POST /xapi/cmi5/fetch/{token}',
    // The address itself is the secret.
    'GET /privacy/access-files/{token}',
    'GET /analytics/export-files/{token}',
  ]

  // A key is not asked for; whoever shows one is told more, or that it is not known.
  const either = ['GET /api/v1/event-types', 'GET /api/v1/event-types/{name}']
  for (const { name, path, operation } of operations.filter((one) => either.includes(one.name))) {
    it(`is true: ${name} takes one, and needs none`, async () => {
      await using app = await startTestApp()
      expect((await app.request(path)).status).not.toBe(401)
      expect((await app.request(path, { headers: app.as('nk_wrong') })).status).toBe(401)
      expect(operation.security).toContainEqual({})
      expect(operation.responses).toHaveProperty('401')
    })
  }

  const apps = shared(startTestApp)
  for (const { name, method, path, operation } of operations) {
    if (either.includes(name)) continue
    const isOpen = open.includes(name)
    // Its key is in the address, of which OpenAPI knows no security scheme.
    const isByUrl = path.includes('{key}')
    it(`is true: ${name} ${isOpen ? 'needs none' : 'needs one'}`, async () => {
      const app = await apps()
      const init = { method, headers: { 'Content-Type': 'application/json' } }
      const response = await app.request(path.replace('{id}', 'x').replace('{call}', 'batch'), init)
      expect(response.status === 401).toBe(!isOpen)
      expect(operation.security === undefined).toBe(isOpen || isByUrl)
      expect('401' in operation.responses).toBe(!isOpen)
    })
  }
})

describe('the examples of xAPI, of policies, of tenants, of keys and of erasures', () => {
  const parameters: Record<string, string> = {
    statementId: 'cd088ca7-c044-405c-bb41-0b2a8506f907',
    activityId: 'https://example.edu/courses/7',
    agent: '{"mbox":"mailto:ada@example.edu"}',
    stateId: 'bookmark',
    profileId: 'preferences',
  }

  for (const { name, method, path, operation } of operations) {
    const media = operation.requestBody?.content['application/json']
    if (
      media === undefined ||
      !/^\/(keys$|tenants|xapi|policies|privacy\/(erasures|tombstones\/lift)$|privacy\/(consents|under13))/.test(
        path,
      )
    )
      continue
    it(`are taken: ${name}`, async () => {
      const isAsked = (one: { in: string; name: string }) => one.in === 'query'
      const asked = (operation.parameters ?? []).filter(isAsked).map((one) => one.name)
      const known = asked.filter((one) => one in parameters)
      const query = new URLSearchParams(
        known.map((one): [string, string] => [one, parameters[one]!]),
      )
      const headers = {
        'Content-Type': 'application/json',
        'X-Experience-API-Version': '1.0.3',
        ...(asked.includes('profileId') && { 'If-None-Match': '*' }),
      }
      await using app = await startXapiTest()
      const own = { ...headers, ...app.as(app.keys.admin) }
      for (const example of examplesIn(media)) {
        // A statement is put under its own id.
        const { id } = example as { id?: string }
        if (id !== undefined && query.has('statementId')) query.set('statementId', id)
        const address = `${path.replace('{id}', 'default')}?${query}`
        const body = JSON.stringify(example)
        const { status } = await app.request(address, { method, headers: own, body })
        expect(Object.keys(operation.responses)).toContain(String(status))
        expect(status).toBeLessThan(300)
      }
    }, 30_000)
  }
})

describe('the examples of the document', () => {
  for (const { name, method, path, operation } of operations) {
    const media = operation.requestBody?.content['application/json']
    // A target that the example names must not be looked up from a test; the others have their own.
    if (
      media === undefined ||
      /^\/(webhooks|quarantine|sources|tenants|keys|policies|privacy|xapi|v1|analytics\/(loads|sql|queries)|api\/v1\/event-types)/.test(
        path,
      )
    )
      continue
    it(`are taken: ${name}`, async () => {
      await using app = await startTestApp()
      const headers = { ...app.as(), 'Content-Type': 'application/json' }
      for (const example of examplesIn(media)) {
        const body = JSON.stringify(example)
        const address = path.replace('{key}', app.keys.demo)
        const response = await app.request(address, { method, headers, body })
        expect([200, 201, 202]).toContain(response.status)
        const reply = (await response.json()) as Record<string, unknown>
        const [shown] = examplesIn(
          operation.responses[response.status]!.content!['application/json']!,
        )
        expect(Object.keys(reply).sort()).toEqual(Object.keys(shown as object).sort())
        if (!('eventCount' in reply)) continue
        const { events = example } = example as { events?: unknown }
        // A player of tests is told what was accepted, and nothing else.
        const { eventCount = reply.accepted } = reply as {
          eventCount?: unknown
          accepted?: unknown
        }
        expect(eventCount).toBe(Array.isArray(events) ? events.length : 1)
        if ('quarantined' in reply) expect(reply.quarantined).toEqual([])
        if ('warnings' in reply) expect(reply.warnings).toEqual([])
      }
    })
  }
})
