import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { startTestApp, type TestApp } from '../support/app'
import { notOnAws } from '../support/not-on-aws'

const page = readFileSync('docs/policies.md', 'utf8')
const examples = page.slice(
  page.indexOf('\n## Examples'),
  page.indexOf('\n## Rules of other systems'),
)

interface Example {
  name: string
  policy: string
  path: string
  headers: Record<string, string>
  sent: string
  said: 'Answered' | 'Stored'
  /** Any that is good, where none is named. */
  status: number | undefined
  expected: unknown
}

function readExample(section: string): Example {
  const [name = ''] = section.split('\n')
  const block = (before: RegExp) => {
    const found = before.exec(section)
    if (found === null) throw new Error(`${name} has no ${before}`)
    return found
  }
  const [, policy = ''] = block(/```yaml\n([\s\S]*?)```/)
  const [, path = '', header = '', sent = ''] = block(
    /Sent to `([^`]+)`(?: with `([^`]+)`)?:\n\n```json\n([\s\S]*?)```/,
  )
  const [, said = '', status, expected = ''] = block(
    /(Answered|Stored)(?: (\d{3}))?:\n\n```json\n([\s\S]*?)```/,
  )
  const [field, value] = header.split(': ')
  return {
    ...{ name, policy, path, sent },
    headers: value === undefined ? {} : { [field!]: value },
    said: said as Example['said'],
    status: status === undefined ? undefined : Number(status),
    expected: JSON.parse(expected),
  }
}

/** `…` in a text stands for any text. */
function like(expected: unknown): unknown {
  if (typeof expected === 'string' && expected.includes('…')) {
    const parts = expected.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return expect.stringMatching(new RegExp(`^${parts.join('[\\s\\S]*')}$`))
  }
  if (Array.isArray(expected)) return expected.map(like)
  if (typeof expected !== 'object' || expected === null) return expected
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, like(value)]))
}

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test[Symbol.asyncDispose]())

describe('docs/policies.md', () => {
  const all = examples.split('\n### ').slice(1).map(readExample)

  it('has a dozen examples', () => expect(all.length).toBeGreaterThanOrEqual(12))

  it('has as its first what the file has', () => {
    expect(parse(readFileSync('docs/policies/sampling.yaml', 'utf8'))).toEqual(
      parse(all[0]!.policy),
    )
  })

  for (const [at, { name, policy, path, headers, sent, said, ...more }] of all.entries()) {
    const inProduction = policy.includes('environment: production') ? notOnAws('stage') : it
    inProduction(`does as it says: ${name}`, async () => {
      const { status, expected } = more
      const tenant = `example-${at}`
      const admin = await test.issue(['admin'], tenant)
      const sender = await test.issue(['events:write', 'events:read'], tenant)
      const yaml = { ...test.as(admin), 'Content-Type': 'application/yaml' }
      const put = await test.request('/policies', { method: 'PUT', headers: yaml, body: policy })
      expect(await put.json()).toMatchObject({ version: 1, warnings: [] })

      const json = { ...test.as(sender), 'Content-Type': 'application/json', ...headers }
      const xapi = path.startsWith('/xapi') ? { 'X-Experience-API-Version': '1.0.3' } : {}
      const init = { method: 'POST', headers: { ...json, ...xapi }, body: sent }
      const response = await test.request(path, init)
      if (status === undefined) expect(response.status).toBeLessThan(300)
      else expect(response.status).toBe(status)
      if (said === 'Answered') {
        expect(await response.json()).toMatchObject(like(expected) as object)
        return
      }
      const read = await test.request('/analytics/events?view=record', { headers: test.as(sender) })
      const { events } = (await read.json()) as { events: object[] }
      if (expected === null) expect(events).toEqual([])
      else expect(events).toMatchObject([like(expected) as object])
    })
  }
})
