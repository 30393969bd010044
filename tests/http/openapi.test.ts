import { describe, expect, it } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from '@scalar/openapi-parser'
import { documentFile } from '../../openapi/build'
import { createXapiApp } from '../../src/http/app'
import { startTestApp } from '../support/app'
import { notOnAws } from '../support/not-on-aws'

interface Media {
  schema: object
  example?: unknown
  examples?: Record<string, { value: unknown }>
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

interface Document {
  openapi: string
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

describe('the OpenAPI document', () => {
  it('is committed as the routes make it; `npm run openapi` writes it', () => {
    expect(readFileSync(documentFile, 'utf8') === text).toBe(true)
  })

  it('is served as committed', async () => {
    await using app = await startTestApp()
    const response = await app.request('/openapi.json')
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(await response.json()).toEqual(document)
  })

  it('is valid OpenAPI 3.0.0', async () => {
    expect(document.openapi).toBe('3.0.0')
    expect((await validate(JSON.parse(text))).errors).toEqual([])
  })

  notOnAws('in process')('describes every route there is, and no other', async () => {
    await using app = await startTestApp()
    const all = [app.app, await createXapiApp(app.services!)]
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
        expect(requestBody.content['application/json']!.example).toBeDefined()
        const statuses = Object.keys(operation.responses)
        for (const status of ['400', '413', '415']) expect(statuses).toContain(status)
      })
    }
  }
})

describe('what the document says of keys', () => {
  const open = [
    'GET /health',
    'GET /ready',
    'GET /openapi.json',
    'GET /docs',
    'POST /caliper/v1p2/events/validate',
    'GET /xapi/about',
    // The token in the address is all that it has.
    'POST /xapi/cmi5/fetch/{token}',
  ]

  for (const { name, method, path, operation } of operations) {
    const isOpen = open.includes(name)
    // Its key is in the address, of which OpenAPI knows no security scheme.
    const isByUrl = path.includes('{key}')
    it(`is true: ${name} ${isOpen ? 'needs none' : 'needs one'}`, async () => {
      await using app = await startTestApp()
      const init = { method, headers: { 'Content-Type': 'application/json' } }
      const response = await app.request(path.replace('{id}', 'x'), init)
      expect(response.status === 401).toBe(!isOpen)
      expect(operation.security === undefined).toBe(isOpen || isByUrl)
      expect('401' in operation.responses).toBe(!isOpen)
    })
  }
})

describe('the examples of the document', () => {
  for (const { name, method, path, operation } of operations) {
    const media = operation.requestBody?.content['application/json']
    // A target that the example names must not be looked up from a test; quarantine has its own, and
    // xAPI asks for a version (xapi-statements.test.ts).
    if (media === undefined || /^\/(webhooks|quarantine|sources|xapi)/.test(path)) continue
    it(`are taken: ${name}`, async () => {
      await using app = await startTestApp()
      const headers = { ...app.as(), 'Content-Type': 'application/json' }
      const body = JSON.stringify(media.example)
      const response = await app.request(path.replace('{key}', app.keys.demo), {
        method,
        headers,
        body,
      })
      expect(response.status).toBe(200)
      const reply = (await response.json()) as Record<string, unknown>
      expect(reply).toHaveProperty('eventCount', 1)
      expect(Object.keys(reply)).toEqual(
        Object.keys(operation.responses['200']!.content!['application/json']!.example as object),
      )
    })
  }
})
