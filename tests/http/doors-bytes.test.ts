import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { anEnvelope, anEvent } from '../support/envelopes'
import { notOnAws } from '../support/not-on-aws'
import { receiptIn } from '../support/receipt'

const path = '/caliper/v1p2/events'
const native = '/api/v1/events'
const JSON_TYPE = 'application/json'
const decoded = 'decoded before'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app[Symbol.asyncDispose]())

function post(
  to: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
) {
  const init = { method: 'POST', headers: { ...app.as(), 'Content-Type': JSON_TYPE, ...headers } }
  return app.request(to, { ...init, body })
}

let number = 0
function anId(): string {
  number += 1
  return `n-${number}`
}
/** A native event whose text has characters beyond ASCII. */
const aText = (name: string) =>
  JSON.stringify({ event_type: 'named', event_id: anId(), properties: { name } })

/** UTF-16, big-endian. */
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const western = `${JSON_TYPE}; charset=iso-8859-1`

/** What is sent under which type, the name that is meant, and the codes that warn of a guess. */
const readable: [
  what: string,
  bytes: (text: string) => Buffer,
  type: string,
  name: string,
  codes?: string[],
][] = [
  ['UTF-8', (text) => Buffer.from(text), JSON_TYPE, 'Zoë 😀'],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`), JSON_TYPE, 'Zoë'],
  [
    'UTF-8, declared in quotes',
    (text) => Buffer.from(text),
    `${JSON_TYPE}; charset="UTF-8"`,
    'Zoë',
  ],
  ['Latin-1, declared', latin1, western, 'Zoë Größe'],
  ['Latin-1', latin1, JSON_TYPE, 'Zoë Größe', ['charset_recognised']],
  [
    'Latin-1, declared as UTF-8',
    latin1,
    `${JSON_TYPE}; charset=utf-8`,
    'Zoë',
    ['charset_recognised'],
  ],
  ['UTF-8, declared as Latin-1', (text) => Buffer.from(text), western, 'Zoë', ['charset_mismatch']],
  ['ASCII, declared as Latin-1', (text) => Buffer.from(text), western, 'Zoe'],
  [
    'windows-1252',
    (text) => latin1(text.replace('€', '\x80').replace('“', '\x93')),
    JSON_TYPE,
    '“5 € ö',
    ['charset_recognised'],
  ],
  ['UTF-16LE with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le'), JSON_TYPE, 'Zoë 😀'],
  ['UTF-16BE with a mark', (text) => utf16be(`\ufeff${text}`), JSON_TYPE, 'Zoë 😀'],
  ['UTF-16LE', (text) => Buffer.from(text, 'utf16le'), JSON_TYPE, 'Zoë', ['charset_recognised']],
  ['UTF-16BE', utf16be, JSON_TYPE, 'Zoë', ['charset_recognised']],
  ['UTF-16BE, declared', utf16be, `${JSON_TYPE}; charset=utf-16be`, 'Zoë'],
  [
    'ISO-8859-2, declared',
    (text) => latin1(text.replace('Ł', '\xa3').replace('ź', '\xbc')),
    `${JSON_TYPE};charset=ISO-8859-2`,
    'Łódź'.replace('ó', 'o'),
  ],
  [
    'KOI8-R, declared',
    (text) => latin1(text.replace('Мир', '\xed\xc9\xd2')),
    `${JSON_TYPE}; charset=koi8-r`,
    'Мир',
  ],
  [
    'Shift_JIS, declared',
    (text) => latin1(text.replace('日本', '\x93\xfa\x96\x7b')),
    `${JSON_TYPE}; charset=Shift_JIS`,
    '日本',
  ],
  [
    'GBK, declared',
    (text) => latin1(text.replace('中', '\xd6\xd0')),
    `${JSON_TYPE}; charset=gb2312`,
    '中',
  ],
  [
    'UTF-8 under a charset that nobody knows',
    (text) => Buffer.from(text),
    `${JSON_TYPE}; charset=x-none`,
    'Zoë',
    ['charset_mismatch'],
  ],
  ['gzip without its header', gzipSync, JSON_TYPE, 'Zoë', ['content_encoding_recognised']],
  ['zlib without its header', deflateSync, JSON_TYPE, 'Zoë', ['content_encoding_recognised']],
  ['deflate without its header', deflateRawSync, JSON_TYPE, 'Zoë', ['content_encoding_recognised']],
  [
    'brotli without its header',
    brotliCompressSync,
    JSON_TYPE,
    'Zoë',
    ['content_encoding_recognised'],
  ],
  ['zstd without its header', zstdCompressSync, JSON_TYPE, 'Zoë', ['content_encoding_recognised']],
  [
    'gzip within gzip',
    (text) => gzipSync(gzipSync(text)),
    JSON_TYPE,
    'Zoë',
    ['content_encoding_recognised', 'content_encoding_recognised'],
  ],
  [
    'gzip of Latin-1',
    (text) => gzipSync(latin1(text)),
    JSON_TYPE,
    'Zoë',
    ['content_encoding_recognised', 'charset_recognised'],
  ],
]

describe('a body of other bytes than plain UTF-8', () => {
  for (const [what, bytes, type, name, codes = []] of readable) {
    notOnAws(/^(UTF-8|ASCII)/.test(what) ? undefined : decoded)(`is read: ${what}`, async () => {
      const text = aText(name)
      const response = await post(native, bytes(text), { 'Content-Type': type })
      const { eventIds, warnings = [], quarantined } = await receiptIn(response)
      expect(quarantined).toEqual([])
      const held = await app.platform.events.get('default', eventIds[0]!)
      expect(held!.raw).toBe(text)
      expect(warnings.map(({ code }) => code)).toEqual(codes)
    })
  }

  for (const encoding of ['gzip', 'deflate', 'br', 'zstd']) {
    it(`is read as it is where a proxy unpacked it and left Content-Encoding: ${encoding}`, async () => {
      const response = await post(native, aText('x'), { 'Content-Encoding': encoding })
      const { eventCount, warnings } = await receiptIn(response)
      expect(eventCount).toBe(1)
      expect(warnings!.map(({ code }) => code)).toEqual(['content_encoding_mismatch'])
    })
  }

  it('is said to hold what somebody else has replaced already', async () => {
    const { warnings } = await receiptIn(await post(native, aText('Zo\ufffd')))
    expect(warnings).toEqual([expect.objectContaining({ code: 'replacement_character' })])
  })

  it('is taken at the other doors, too', async () => {
    const statement = {
      actor: { mbox: 'mailto:zoe@example.edu', name: 'Zoë' },
      verb: { id: 'http://adlnet.gov/expapi/verbs/experienced' },
      object: { id: 'https://example.edu/1' },
    }
    const headers = { 'X-Experience-API-Version': '1.0.3' }
    const bytes = Buffer.from(`\ufeff${JSON.stringify(statement)}`)
    expect((await post('/xapi/statements', bytes, headers)).status).toBe(200)
    const envelope = Buffer.from(`\ufeff${JSON.stringify(anEnvelope())}`)
    expect((await post(path, envelope)).status).toBe(200)
    expect((await post(`${path}/validate`, envelope)).status).toBe(200)
  })

  notOnAws(decoded)(
    'is told of beside the answer of a record store, which is ids alone',
    async () => {
      const statement = {
        actor: { mbox: 'mailto:zoe@example.edu', name: 'Zoë' },
        verb: { id: 'http://adlnet.gov/expapi/verbs/experienced' },
        object: { id: 'https://example.edu/1' },
      }
      const headers = { 'X-Experience-API-Version': '1.0.3' }
      const response = await post('/xapi/statements', latin1(JSON.stringify(statement)), headers)
      expect(response.status).toBe(200)
      expect(response.headers.get('X-Nonius-Warnings')).toBe('charset_recognised')
      const [id] = (await response.json()) as string[]
      const held = await app.platform.events.get('default', id!)
      expect(JSON.parse(held!.raw).actor.name).toBe('Zoë')
    },
  )
})

const broken: [what: string, bytes: () => Buffer, type: string, said: string][] = [
  [
    'UTF-8 that is cut within a character',
    () => Buffer.from(aText('Zoë ë')).subarray(0, -4),
    JSON_TYPE,
    'is not UTF-8',
  ],
  [
    'Shift_JIS that is none',
    () => Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0x93, 0x20]), Buffer.from('"}')]),
    `${JSON_TYPE}; charset=shift_jis`,
    'is not SHIFT_JIS',
  ],
  [
    'UTF-16 that is cut',
    () => Buffer.from('{"a":1}', 'utf16le').subarray(0, -1),
    JSON_TYPE,
    'UTF-16LE',
  ],
  ['gzip that is cut', () => gzipSync(aText('Zoë')).subarray(0, -9), JSON_TYPE, 'at offset'],
  [
    'an image',
    () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 255]),
    JSON_TYPE,
    '0x89',
  ],
]

describe('a body that is no text', () => {
  for (const [what, bytes, type, said] of broken) {
    notOnAws(decoded)(`is kept byte for byte: ${what}`, async () => {
      const sent = bytes()
      const problem = await problemOf(
        await post(native, sent, { 'Content-Type': type }),
        'invalid_encoding',
      )
      expect(problem.detail).toContain(said)
      const reader = { headers: app.as(app.keys.admin) }
      const shown = await app.request(`/quarantine/${problem.quarantineId}`, reader)
      const { raw, encoding } = (await shown.json()) as Record<string, string>
      expect(encoding).toBe('base64')
      expect(Buffer.from(raw!, 'base64').equals(Buffer.from(sent))).toBe(true)
    })
  }

  notOnAws(decoded)('costs only the item in it that is none, whose bytes are kept', async () => {
    const good = anEvent({ extensions: { name: 'Zoë' } })
    const bad = anEvent({ extensions: { name: 'Zo~', city: 'Zürich' } })
    const text = Buffer.from(JSON.stringify(anEnvelope([good, bad])))
    text[text.indexOf('~')] = 0xeb
    const { eventIds, quarantined } = await receiptIn(await post(path, text))
    expect(eventIds).toEqual([good.id])
    const [item] = quarantined
    expect(item).toMatchObject({ index: 1, id: bad.id })
    expect(item!.errors).toEqual([
      {
        path: ['data', 1],
        message: expect.stringContaining('Byte 0xEB at offset'),
        code: 'invalid_charset',
      },
    ])
    const held = await app.platform.quarantine.get('default', item!.quarantineId)
    const kept = Buffer.from(held!.raw, 'base64')
    expect(held!.context.encoding).toBe('base64')
    expect(text.includes(kept)).toBe(true)
    expect(kept.includes(0xeb)).toBe(true)

    const admin = { ...app.as(app.keys.admin), 'Content-Type': JSON_TYPE }
    const replay = (body: object) =>
      app
        .request(`/quarantine/${item!.quarantineId}/replay`, {
          method: 'POST',
          headers: admin,
          body: JSON.stringify(body),
        })
        .then((response) => response.json() as Promise<Record<string, unknown>>)
    expect(await replay({})).toMatchObject({
      outcome: 'refused',
      errors: [{ code: 'invalid_charset' }],
    })
    const patch = [{ op: 'replace', path: '/extensions/name', value: 'Zoë' }]
    expect(await replay({ patch })).toMatchObject({ outcome: 'stored', eventIds: [bad.id] })
    const stored = await app.platform.events.get('default', bad.id)
    expect(JSON.parse(stored!.raw).extensions).toEqual({ name: 'Zoë', city: 'Zürich' })
  })

  notOnAws(decoded)('is not taken for a charset that it may as well not be in', async () => {
    const sent = latin1('{"event_type":"\xcf\xf0\xe8\xe2\xe5\xf2\xf1\xf2\xe2\xf3\xfe"}')
    const { errors, quarantineId } = await problemOf(await post(native, sent), 'invalid_event')
    expect(errors[0]!.message).toContain('Byte 0xCF at offset 15')
    const held = await app.platform.quarantine.get('default', quarantineId!)
    expect(held).not.toHaveProperty('id')
    expect(Buffer.from(held!.raw, 'base64').equals(sent)).toBe(true)
  })

  notOnAws('limits')('is unpacked within the limit of a body', async () => {
    await using small = await startTestApp({ config: { maxBodyBytes: 65_536 } })
    for (const zip of [gzipSync, deflateSync, zstdCompressSync]) {
      const init = { method: 'POST', headers: { ...small.as(), 'Content-Type': JSON_TYPE } }
      const body = zip(Buffer.alloc(8_000_000, 32))
      await problemOf(await small.request(native, { ...init, body }), 'too_large')
    }
  })
})
