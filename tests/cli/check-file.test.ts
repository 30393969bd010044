import { describe, expect, it } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkFile } from '../../src/cli/check-file'
import { type StandardOptions, supposed } from '../../src/cli/file-standards'
import { contextIri } from '../../src/standards/caliper/version'
import { anEnvelope, anEvent } from '../support/envelopes'
import { temporaryFolder } from '../support/folders'

const folder = temporaryFolder()

async function check(bytes: string | Uint8Array, options: StandardOptions = {}) {
  const path = join(folder.path, 'f')
  writeFileSync(path, bytes)
  let said = ''
  const stream = {
    write(text: string) {
      said += text.replaceAll(path, 'FILE')
      return true
    },
  }
  const report = await checkFile(path, stream, options).catch((thrown: Error) => ({
    refused: thrown.message.replaceAll(path, 'FILE'),
  }))
  return { said: said.trim(), ...report }
}

const event = () => anEvent({ extensions: { note: 'Größe' } })
const native = (i: number) => ({ event_type: 'click', user_id: `Zoë ${i}`, properties: { i } })
const statement = {
  actor: { mbox: 'mailto:ann@example.org' },
  verb: { id: 'http://adlnet.gov/expapi/verbs/passed', display: { de: 'bestätigt' } },
  object: { id: 'https://lms.example/quiz/1' },
}
const natives = [native(1), native(2), native(3)]
const text = (value: unknown) => JSON.stringify(value)
const pretty = (value: unknown) => JSON.stringify(value, null, 2)
const latin1 = (value: string) => Buffer.from(value, 'latin1')
const utf16be = (value: string) => Buffer.from(value, 'utf16le').swap16()

const taken: [what: string, bytes: string | Uint8Array, as: string][] = [
  ['one event', text(event()), '1 Caliper event as a JSON document'],
  ['an array', text([event(), event()]), '2 Caliper events in a JSON array'],
  ['an envelope', pretty(anEnvelope([event()])), '1 Caliper event in an envelope'],
  [
    'an array of envelopes',
    pretty([anEnvelope([event()]), anEnvelope([event(), event()])]),
    '3 Caliper events in 2 envelopes',
  ],
  [
    'events and describes',
    [event(), { '@context': contextIri, id: 'urn:x:1', type: 'Page' }].map(text).join('\n'),
    '1 Caliper event and 1 Caliper describe as JSON lines',
  ],
  [
    'envelopes on lines',
    [anEnvelope([event()]), anEnvelope([event()])].map(text).join('\n'),
    '2 Caliper events in 2 envelopes, as JSON lines',
  ],
  ['a native event', pretty(native(1)), '1 native event as a JSON document'],
  ['native lines', `${natives.map(text).join('\r\n')}\r\n\r\n`, '3 native events as JSON lines'],
  ['a native array', text(natives), '3 native events in a JSON array'],
  [
    'native objects in a row',
    natives.map(text).join(''),
    '3 native events as JSON, one after another',
  ],
  [
    'native objects, printed',
    natives.map(pretty).join('\n'),
    '3 native events as JSON, one after another',
  ],
  [
    'a JSON text sequence',
    natives.map((one) => `\u001e${text(one)}\n`).join(''),
    '3 native events as JSON lines',
  ],
  [
    'native events with data of their own',
    text({ data: [1, 2], event_type: 'x' }),
    '1 native event as a JSON document',
  ],
  ['a statement', text(statement), '1 xAPI statement as a JSON document'],
  ['statements', [statement, statement].map(text).join('\n'), '2 xAPI statements as JSON lines'],
  [
    'a page of statements',
    pretty({ statements: [statement, statement], more: '' }),
    '2 xAPI statements in a JSON array',
  ],
  [
    'several standards',
    [event(), native(1), statement].map(text).join('\n'),
    '1 Caliper event, 1 native event and 1 xAPI statement as JSON lines',
  ],
  ['gzip', gzipSync(text(natives)), '3 native events in a JSON array (gzip)'],
  [
    'gzip files that were joined',
    Buffer.concat(natives.map((one) => gzipSync(`${text(one)}\n`))),
    '3 native events as JSON lines (gzip)',
  ],
  ['a byte order mark', `\ufeff${text(natives)}`, '3 native events in a JSON array'],
  [
    'files with marks that were joined',
    natives.map((one) => `\ufeff${text(one)}\n`).join(''),
    '3 native events as JSON lines',
  ],
  [
    'UTF-16',
    Buffer.from(`\ufeff${text(natives)}`, 'utf16le'),
    '3 native events in a JSON array (UTF-16)',
  ],
  ['UTF-16 without a mark', utf16be(text(natives)), '3 native events in a JSON array (UTF-16)'],
  ['Latin-1', latin1(text(natives)), '3 native events in a JSON array (Latin-1)'],
  ['both', gzipSync(latin1(text(natives))), '3 native events in a JSON array (gzip, Latin-1)'],
]

describe('a file is taken for what it is', () => {
  for (const [what, bytes, as] of taken) {
    it(`${what}: ${as}`, async () => {
      expect(await check(bytes)).toMatchObject({ said: `FILE: ${as}`, valid: true })
    })
  }

  it('and nothing in it is lost on the way', async () => {
    const wrong = { type: 'Größe', event_type: 7 }
    const report = await check(latin1(text(wrong)), { as: supposed })
    expect(JSON.stringify(report)).toContain('Größe')
  })
})

const refused: [what: string, bytes: string | Uint8Array, sentence: string][] = [
  ['nothing', '', 'FILE is empty'],
  [
    'a line cut short',
    '{"event_type":"a"}\n{"event_type"',
    'FILE, line 2, is not JSON: it ends in the middle (line 2, column 14)',
  ],
  [
    'a fault in an item',
    '[\n {"event_type": "a"},\n {"event_type": nope}]',
    'FILE is not JSON: Expected a value, got nope: {"event_type": ⟨n⟩ope} (line 3, column 17)',
  ],
  ['gzip cut short', gzipSync(text(natives)).subarray(0, 40), 'FILE is not gzip to its end: '],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x5b, 0, 0, 0]), 'FILE is UTF-32, which is not read'],
  [
    'UTF-8 with a broken byte',
    Buffer.concat([Buffer.from('["ö"'), Buffer.from([0xff]), Buffer.from(']')]),
    'FILE is not UTF-8, nor text of another charset throughout: see the byte at offset 5',
  ],
]

describe('a file that cannot be read is refused with its place', () => {
  for (const [what, bytes, sentence] of refused) {
    it(what, async () => {
      expect((await check(bytes)) as object).toHaveProperty(
        'refused',
        expect.stringContaining(sentence),
      )
    })
  }
})

describe('a file that is said to be something else', () => {
  const two = {
    event_type: 'a',
    type: 'ViewEvent',
    eventTime: '2026-11-21T09:30:00.000Z',
    actor: 'urn:x:a',
  }
  const hundred = [two, two, ...Array.from({ length: 150 }, (_, i) => native(i))]
    .map(text)
    .join('\n')

  it('is asked about, with what it looks like', async () => {
    expect(await check(hundred, { as: supposed })).toEqual({
      said: '',
      refused:
        'FILE: 98 of the first 100 would be refused as Caliper; these look like native events: check them with --as native? Nobody is there to be asked: pass --as native, or --yes',
    })
  })

  it('is taken for what it looks like once the answer is yes', async () => {
    const report = await check(hundred, { as: supposed, yes: true })
    expect(report).toMatchObject({ said: 'FILE: 152 native events as JSON lines', eventCount: 152 })
  })

  it('is checked as it is when nothing else fits better', async () => {
    const report = await check('{"type":"ViewEvent"}\n{"type":"ViewEvent"}')
    expect(report).toMatchObject({ valid: false, eventCount: 2 })
  })
})
