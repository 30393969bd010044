import { describe, expect, it } from 'bun:test'
import { buildScript, fileOf, scriptFile } from '../../tools/client/build'
import { startTestApp } from '../support/app'
import { shared } from '../support/shared'

describe('GET /client.js', () => {
  const apps = shared(startTestApp)

  it('is the script that packages/client makes; `bun tools/client/build.ts` writes it', async () => {
    const built = await buildScript()
    expect((await Bun.file(scriptFile).text()) === fileOf(built)).toBe(true)
    const app = await apps()
    const reply = await app.request('/client.js')
    expect(reply.status).toBe(200)
    expect(reply.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8')
    expect((await reply.text()) === built).toBe(true)
  })

  it('needs no key, and looks at none', async () => {
    const app = await apps()
    for (const key of [undefined, 'nk_wrong']) {
      const headers = key === undefined ? {} : app.as(key)
      expect((await app.request('/client.js', { headers })).status).toBe(200)
    }
  })

  it('may be loaded by a page of any origin, and kept for an hour', async () => {
    const app = await apps()
    const headers = { Origin: 'https://quiz.example.edu' }
    const { headers: said } = await app.request('/client.js', { headers })
    expect(said.get('Access-Control-Allow-Origin')).toBe('*')
    expect(said.get('Cross-Origin-Resource-Policy')).toBe('cross-origin')
    expect(said.get('X-Content-Type-Options')).toBe('nosniff')
    expect(said.get('Cache-Control')).toBe('public, max-age=3600')
    expect(said.get('Access-Control-Allow-Credentials')).toBeNull()
    expect(said.get('Set-Cookie')).toBeNull()
  })

  it('is compressed for those who can read that', async () => {
    const app = await apps()
    const plain = await (await app.request('/client.js')).text()
    const gzipped = await app.request('/client.js', { headers: { 'Accept-Encoding': 'br, gzip' } })
    expect(gzipped.headers.get('Content-Encoding')).toBe('gzip')
    expect(gzipped.headers.get('Vary')).toContain('Accept-Encoding')
    const bytes = Bun.gunzipSync(await gzipped.arrayBuffer())
    expect(new TextDecoder().decode(bytes)).toBe(plain)
  })

  it('is sent once to a browser that keeps it, also through a proxy that compresses', async () => {
    const app = await apps()
    const etag = (await app.request('/client.js')).headers.get('ETag')!
    for (const held of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
      const reply = await app.request('/client.js', { headers: { 'If-None-Match': held } })
      expect([held, reply.status, await reply.text()]).toEqual([held, 304, ''])
    }
    const other = await app.request('/client.js', { headers: { 'If-None-Match': '"other"' } })
    expect(other.status).toBe(200)
  })

  it('takes nothing but a question', async () => {
    const app = await apps()
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await app.request('/client.js', { method })).status).toBe(405)
    }
    const head = await app.request('/client.js', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})
