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
  if (Array.isArray(JSON.parse(text).data)) return text
  const head = { sensor: 'https://example.edu/sensors/1', sendTime: '2026-11-21T09:30:00.000Z' }
  const properties = JSON.stringify({ ...head, dataVersion: contexts[version] })
  return `${properties.slice(0, -1)},"data":[${text}]}`
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
  const official = list('fixtures/1edtech-caliper-spec').filter((path) => /v1p[12]/.test(path))
  for (const path of official.filter((one) => !fragments.some((name) => one.endsWith(name)))) {
    it(`finds nothing wrong with ${path}`, () => {
      expect(checkCaliper(envelopeOf(path)).errors).toEqual([])
    })
  }

  // Faults in base properties and vocabularies; those of a type's own properties need the whole model.
  const base =
    /(Event|Entity)-(No|Null|Unknown|Malformed(Creation|Description|Ext|Id|Name|\w+NotAString))/
  const faulty = list('fixtures-invalid').filter(
    (path) => /WrongAction/.test(path) || base.test(path),
  )
  for (const path of faulty) {
    it(`finds the one thing wrong with ${path}`, () => {
      expect(checkCaliper(envelopeOf(path)).errors).toHaveLength(1)
    })
  }
})
