import { describe, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import document from '../../openapi/openapi.json'
import { settings } from '../../src/config/settings'
import { read } from '../support/repository'

// Each row of the law names what there is: a route, a setting, a page.

const root = resolve(import.meta.dir, '../..')
const text = read('docs/privacy.md')

describe('docs/privacy.md', () => {
  const routes = new Set(
    [...text.matchAll(/`?(GET|POST|PUT|DELETE|PATCH) (\/[a-z0-9/{}-]+)/g)].map(
      ([, method, path]) => `${method} ${path}`,
    ),
  )
  it('names routes', () => expect(routes.size).toBeGreaterThan(10))
  for (const route of routes) {
    it(`names a route that there is: ${route}`, () => {
      const [method, path] = route.split(' ') as [string, string]
      const paths = document.paths as Record<string, Record<string, unknown>>
      expect(Object.keys(paths[path] ?? {})).toContain(method.toLowerCase())
    })
  }

  const known = new Set<string>(Object.values(settings).map(({ name }) => name))
  const named = new Set([...text.matchAll(/`(NONIUS_[A-Z_]+)`/g)].map(([, name]) => name!))
  it('names settings', () => expect(named.size).toBeGreaterThan(3))
  for (const name of named) {
    it(`names a setting that there is: ${name}`, () => expect(known).toContain(name))
  }

  const links = new Set([...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!))
  for (const link of links) {
    it(`leads to a place that there is: ${link}`, () => {
      const [file, anchor] = link.split('#') as [string, string?]
      const path = file === '' ? 'docs/privacy.md' : join('docs', file)
      expect(existsSync(join(root, path))).toBe(true)
      if (anchor === undefined) return
      const heads = [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, head]) =>
        head!
          .toLowerCase()
          .replace(/[^\p{L}\p{N} -]/gu, '')
          .replaceAll(' ', '-'),
      )
      expect(heads).toContain(anchor)
    })
  }

  it('says in each row of the law what meets it, or what the operator has to do', () => {
    const laws = text.split('## GDPR')[1]!.split('## How each place')[0]!
    const rows = [...laws.matchAll(/^\| (\d[^|]*) \| ([^|]+) \| ([^|]+) \|$/gm)]
    expect(rows.length).toBeGreaterThan(25)
    for (const [, article, met, duty] of rows) {
      expect([article, met === '–' && duty === '–']).toEqual([article, false])
    }
  })
})
