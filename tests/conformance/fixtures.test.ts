import { describe, expect, it } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkCaliper } from '../../src/standards/caliper/conformance'
import { readCaliper } from '../../src/standards/caliper/parse'

// Documents of 1EdTech and of senders, which may not be copied into this repository. What they teach
// is in the lists beside this file; where the documents are at hand, they are read as well.
const root = join(import.meta.dir, '../../../shared/caliper')
const isHere = existsSync(root)

const contexts: Record<string, string | undefined> = {
  v1p2: 'http://purl.imsglobal.org/ctx/caliper/v1p2',
  v1p1: 'http://purl.imsglobal.org/ctx/caliper/v1p1',
}

function list(folder: string): string[] {
  if (!isHere) return []
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return paths.filter((path) => path.endsWith('.json')).map((path) => join(folder, path))
}

/** The document, in an envelope of its version if it is not one. */
function envelopeOf(path: string): string {
  const text = readFileSync(join(root, path), 'utf8')
  const [version = 'v1p2'] = /v1p\d/.exec(path) ?? []
  if (/^\s*\{\s*"(sensor|sendTime|dataVersion|data)"/.test(text)) return text
  const head = { sensor: 'https://example.edu/sensors/1', sendTime: '2026-11-21T09:30:00.000Z' }
  const properties = JSON.stringify({ ...head, dataVersion: contexts[version] })
  return `${properties.slice(0, -1)},"data":[${text}]}`
}

interface Faulty {
  file: string
  strictErrors: string[]
  /** Whether a strict reader can see the fault in JSON. */
  strictRejects: boolean
}

function faulty(): Faulty[] {
  if (!isHere) return []
  return JSON.parse(readFileSync(join(root, 'fixtures-invalid.index.json'), 'utf8'))
}

describe.skipIf(!isHere)('documents of others', () => {
  for (const path of list('fixtures')) {
    it(`keeps every item of ${path}`, () => {
      const { items } = readCaliper(envelopeOf(path), '2026-11-21T09:30:00.000Z')
      expect(items.filter((item) => 'errors' in item)).toEqual([])
      expect(items.length).toBeGreaterThan(0)
    })
  }

  // A fragment of an entity, without the context that stands around it in a document.
  const fragments = ['caliperIdentifierSystemIdentifier.json']
  for (const path of list('fixtures/1edtech-caliper-spec')) {
    if (fragments.some((name) => path.endsWith(name))) continue
    it(`finds no error in ${path}`, () => {
      expect(checkCaliper(envelopeOf(path)).errors).toEqual([])
    })
  }

  for (const { file, strictErrors, strictRejects } of faulty()) {
    it(`finds ${strictErrors.join(', ') || 'nothing'} in ${file}`, () => {
      const { errors } = checkCaliper(envelopeOf(join('fixtures-invalid', file)))
      expect(errors.length > 0).toBe(strictRejects)
      // Where the index says it, the error is at the same place.
      const [first = ''] = strictErrors
      const [, place] = /^\.([\w.[\]]+)/.exec(first) ?? []
      if (!strictRejects || place === undefined) return
      const paths = errors.map(({ path }) => path.slice(2).join('.'))
      const wanted = place.replace(/\[(\d+)\]/g, '.$1')
      expect(paths.some((path) => path.startsWith(wanted))).toBe(true)
    })
  }
})
