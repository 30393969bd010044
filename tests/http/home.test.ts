import { describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { version } from '../../package.json'
import { startTestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'

describe('GET /', () => {
  it('is a page that says that this runs, and where to go next', async () => {
    await using app = await startTestApp()
    const response = await app.request('/')
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8')
    const page = await response.text()
    expect(page).toContain('<h1>Nonius is running</h1>')
    expect(page).toContain(`Version ${version}.`)
    for (const next of ['docs', 'openapi.json', 'ready']) expect(page).toContain(`href="${next}"`)
    expect(page).toContain('POST caliper/v1p2/events')
    expect(page).toContain('nonius query')
  })

  notOnAws('no process')('says since when', async () => {
    await using app = await startTestApp()
    const since = app.services!.startedAt.toISOString()
    expect(await (await app.request('/')).text()).toContain(`<time datetime="${since}">`)
  })

  it('may run its own script, ask its own server, and do nothing else', async () => {
    await using app = await startTestApp()
    const response = await app.request('/')
    const policy = response.headers.get('Content-Security-Policy')!
    const page = await response.text()
    expect(policy).not.toMatch(/https?:|\*|unsafe/)
    for (const [tag, directive] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ] as const) {
      const [, inside] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)!
      const digest = createHash('sha256').update(inside!).digest('base64')
      expect(policy).toContain(`${directive} 'sha256-${digest}'`)
    }
    // Every address in it is relative, so that it works under any path.
    expect(page).not.toMatch(/(?:href|src)="(?:\/|https?:)/)
    expect(page).not.toContain('innerHTML')
  })

  it('is JSON for who asks for that, and for nobody else', async () => {
    await using app = await startTestApp()
    const accepts: [accept: string | undefined, isJson: boolean][] = [
      ['application/json', true],
      ['application/json, */*;q=0.1', true],
      ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
      ['text/html, application/json', false],
      ['*/*', false],
      [undefined, false],
    ]
    for (const [accept, isJson] of accepts) {
      const response = await app.request('/', { headers: accept ? { Accept: accept } : {} })
      expect(response.headers.get('Content-Type')?.startsWith('application/json')).toBe(isJson)
      expect(response.headers.get('Vary')).toBe('Accept')
      if (!isJson) continue
      expect(await response.json()).toMatchObject({ name: 'Nonius', version, status: 'running' })
    }
  })

  it('takes no events, and says what it takes', async () => {
    await using app = await startTestApp()
    const response = await app.request('/', { method: 'POST', headers: app.as(), body: '{}' })
    await problemOf(response, 'method_not_allowed')
    expect(response.headers.get('Allow')).toBe('GET, HEAD, OPTIONS')
  })
})
