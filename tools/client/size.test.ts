import { describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { buildEntry, buildScript } from './build'

const gzipped = (text: string) => gzipSync(text, { level: 9 }).length

describe('what a page loads is small', () => {
  it('the client by itself: 5 KB, compressed', async () => {
    expect(gzipped(await buildEntry('index'))).toBeLessThanOrEqual(5 * 1024)
  })

  it('the script of the tag, which reads the tag as well: 5.5 KB', async () => {
    expect(gzipped(await buildScript())).toBeLessThanOrEqual(5.5 * 1024)
  })

  for (const name of ['caliper', 'xapi']) {
    it(`the client of ${name}: 5 KB`, async () => {
      expect(gzipped(await buildEntry(name))).toBeLessThanOrEqual(5 * 1024)
    })
  }

  it('and holds nothing of a person, a machine or another module', async () => {
    for (const text of [await buildEntry('index'), await buildScript()]) {
      expect(text).not.toMatch(/\brequire\(|\bimport\b|\/work\/|node_modules|document\.cookie/)
    }
  })
})
