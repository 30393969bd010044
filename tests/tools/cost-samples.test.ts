import { afterAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { documentOf } from '../../src/platform/aws/archive/document'
import { dictionary } from '../../src/platform/aws/events/dictionary'
import { secondDictionary } from '../../src/platform/aws/events/dictionary-2'
import { footprintOf } from '../../tools/cost/footprint'
import { sampleRecords } from '../../tools/cost/sample'
import { platformEvents } from '../../tools/samples/platforms'

setDefaultTimeout(30_000) // hundreds of events are packed, a second of a core

const REAL = join(import.meta.dir, '../../../shared/caliper/fixtures')
const hasReal = existsSync(REAL)

/** Real events of these senders, as they came; envelopes are opened. */
function realEvents(senders: readonly string[]): unknown[] {
  const files = senders.flatMap((sender) =>
    readdirSync(join(REAL, sender), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(REAL, sender, name)),
  )
  return files.flatMap((file) => {
    const document = JSON.parse(readFileSync(file, 'utf8'))
    return Array.isArray(document.data) ? document.data : [document]
  })
}

/** How large texts are, and how large they are packed with the first dictionary, which knows none of these. */
function packed(events: readonly unknown[]) {
  const texts = events.map((event) => JSON.stringify(event))
  const sum = (of: (text: string) => number) =>
    texts.reduce((total, text) => total + of(text), 0) / texts.length
  const known = Buffer.from(dictionary)
  return {
    bytes: sum(({ length }) => length),
    packed: sum((text) => deflateRawSync(text, { dictionary: known }).length),
  }
}

describe('the events that costs are computed from', () => {
  it('are as large as was asked, the same each time, and of sizes that are spread', () => {
    for (const bytes of [2000, 3000, 8000]) {
      const sizes = platformEvents(bytes, 600).map((event) => JSON.stringify(event).length)
      const mean = sizes.reduce((sum, size) => sum + size) / sizes.length
      expect(Math.abs(mean / bytes - 1)).toBeLessThan(0.01)
      expect(Math.min(...sizes)).toBeLessThan(0.75 * bytes)
      expect(Math.max(...sizes)).toBeGreaterThan(1.4 * bytes)
    }
    expect(platformEvents(3000, 60)).toEqual(platformEvents(3000, 60))
  })

  it('say nothing in words of their own that a dictionary of ours has', () => {
    const own = [
      'fjordlearn',
      'campus-hub',
      'ovelse',
      'tromsund',
      'numericRef',
      'registryNo',
      'traceKey',
    ]
    const more = ['alternateName', 'archived', 'shownAs', 'callerAddress', 'trail', 'kurs', 'emner']
    for (const word of [...own, ...more]) {
      expect(JSON.stringify(platformEvents(4000, 60))).toContain(word)
      expect(dictionary + secondDictionary).not.toContain(word)
    }
  })

  it.skipIf(!hasReal)(
    'are as hard to pack as those of large platforms, and those are of 2 to 4 KB',
    () => {
      for (const [sender, least, most] of [
        ['canvas-live-events', 1500, 2500],
        ['blackboard-learn', 2500, 4000],
      ] as const) {
        const real = packed(realEvents([sender]))
        expect(real.bytes).toBeGreaterThan(least)
        expect(real.bytes).toBeLessThan(most)
      }
      const real = packed(realEvents(['canvas-live-events', 'blackboard-learn']))
      const ours = packed(platformEvents(real.bytes, 600))
      expect(ours.packed / ours.bytes).toBeGreaterThan(real.packed / real.bytes)
    },
  )
})

describe('the bytes of an event in the settled lake', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nonius-cost-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are those that a file of Parquet has, to a few hundredths', async () => {
    const database = await DuckDBInstance.create(':memory:')
    const connection = await database.connect()
    const records = sampleRecords(3000, 30, 600)
    const [source, file] = [join(folder, 'events.json'), join(folder, 'events.parquet')]
    const documents = records.map((record) => Buffer.from(documentOf(record).bytes).toString())
    writeFileSync(source, documents.join('\n'))
    await connection.run(
      `COPY (SELECT * FROM read_json('${source}', format = 'newline_delimited') ORDER BY hash(actor_id) % 4)
       TO '${file}' (FORMAT PARQUET, COMPRESSION ZSTD)`,
    )
    connection.closeSync()
    const { parquetBytes } = await footprintOf(3000, 'lean')
    const really = statSync(file).size / records.length
    // A file of so few has more of its own than one of a day.
    expect(Math.abs(parquetBytes / really - 1)).toBeLessThan(0.1)
  })
})
