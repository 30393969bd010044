import { describe, expect, it } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MAX_LISTED } from '../../src/error/listing'
import { MAX_DEPTH, MAX_ID_LENGTH, MAX_ITEMS } from '../../src/event/limits'
import { MAX_ISSUES } from '../../src/standards/caliper/check/found-issue'
import { checkCaliper } from '../../src/standards/caliper/conformance'
import { events } from '../../src/standards/caliper/model/events'
import { anEnvelope } from '../support/envelopes'
import { readTable } from '../support/list'
import { modelTables } from './document'

const root = join(import.meta.dir, '../..')
const file = join(root, 'docs/conformance.md')
const docs = readFileSync(file, 'utf8')
const MODEL = /(<!-- model -->\n)[\s\S]*(<!-- \/model -->)/

describe('docs/conformance.md', () => {
  // `UPDATE_DOCS=1 bun test tests/conformance/docs.test.ts` writes them.
  it('has the tables of the model', () => {
    const written = docs.replace(MODEL, `$1\n${modelTables()}\n\n$2`)
    if (process.env.UPDATE_DOCS) writeFileSync(file, written)
    else expect(docs === written).toBe(true)
  })

  it('explains every code that the lists here know', () => {
    const codes = [
      ...[
        'departures.txt',
        'recommendations.txt',
        'refused.txt',
        'envelope_departures.txt',
      ].flatMap((name) => readTable('|', import.meta.dir, name).map(([code]) => code!)),
      ...readTable('|', import.meta.dir, 'versions.txt').map(([, code]) => code!.replace('~', '')),
    ]
    const statements = join(root, 'src/standards/xapi/examples')
    for (const name of ['requirements.txt', 'agents.txt']) {
      const outcomes = readTable(' | ', statements, name).map((row) => row.at(-1)!.split(' ')[0]!)
      codes.push(...outcomes.filter((outcome) => outcome !== 'valid'))
    }
    const unexplained = new Set(
      codes.filter((code) => code !== '-' && !docs.includes(`\`${code}\``)),
    )
    expect([...unexplained]).toEqual([])
  })

  it('publishes the limits', () => {
    for (const limit of [MAX_DEPTH, MAX_ID_LENGTH, MAX_ITEMS, MAX_LISTED, MAX_ISSUES]) {
      expect(docs).toContain(limit.toLocaleString('en'))
    }
  })
})

describe('the OpenAPI document', () => {
  const { components } = JSON.parse(readFileSync(join(root, 'openapi/openapi.json'), 'utf8'))

  for (const type of Object.keys(events)) {
    it(`has a schema of ${type}, with an example that conforms`, () => {
      const { example } = components.schemas[`Caliper${type}`]
      const { errors, warnings } = checkCaliper(JSON.stringify(anEnvelope([example])))
      expect({ type: example.type, errors, warnings }).toEqual({ type, errors: [], warnings: [] })
    })
  }
})
