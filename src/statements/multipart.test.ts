import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { AppError } from '../error/app-error'
import { finish } from '../syntax/steps'
import { MAX_PARTS, multipartPieces, parameterOf, readingParts } from './multipart'

const TYPE = 'multipart/mixed; boundary=abc'
const json = 'Content-Type: application/json\r\n\r\n'

function read(body: string | Uint8Array, contentType: string | undefined = TYPE) {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  return finish(readingParts(bytes, contentType)).map(({ headers, bytes: content }) => ({
    headers: Object.fromEntries(headers),
    text: Buffer.from(content).toString('latin1'),
  }))
}

function refusalOf(body: string, contentType?: string): AppError {
  try {
    read(body, contentType)
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
    throw thrown
  }
  throw new Error('it was taken')
}

const type = { 'content-type': 'application/json' }

const taken: [name: string, body: string, parts: object[], contentType?: string][] = [
  ['one part', `--abc\r\n${json}{}\r\n--abc--\r\n`, [{ headers: type, text: '{}' }]],
  [
    'nothing behind the last dashes',
    `--abc\r\n${json}{}\r\n--abc--`,
    [{ headers: type, text: '{}' }],
  ],
  [
    'a preamble and an epilogue',
    `hello\r\n--abc\r\n${json}{}\r\n--abc--\r\nbye`,
    [{ headers: type, text: '{}' }],
  ],
  [
    'spaces behind a boundary',
    `--abc \t\r\n${json}{}\r\n--abc--  \r\n`,
    [{ headers: type, text: '{}' }],
  ],
  ['a part without headers', '--abc\r\n\r\nx\r\n--abc--', [{ headers: {}, text: 'x' }]],
  ['an empty part', `--abc\r\n${json}\r\n--abc--`, [{ headers: type, text: '' }]],
  ['a part of headers alone', '--abc\r\nA: b\r\n\r\n--abc--', [{ headers: { a: 'b' }, text: '' }]],
  ['a part of nothing at all', '--abc\r\n\r\n--abc--', [{ headers: {}, text: '' }]],
  [
    'line ends and dashes within',
    '--abc\r\n\r\n\r\n--ab\r\n-abc\n--abc\r\n--abc--',
    [{ headers: {}, text: '\r\n--ab\r\n-abc\n--abc' }],
  ],
  [
    'a quoted boundary',
    '--a b\r\n\r\nx\r\n--a b--',
    [{ headers: {}, text: 'x' }],
    'multipart/mixed; charset=x; BOUNDARY="a b"',
  ],
  [
    'a boundary of dashes',
    '-----9\r\n\r\nx\r\n-----9--',
    [{ headers: {}, text: 'x' }],
    'multipart/mixed;boundary=---9',
  ],
]

const refused: [name: string, body: string, code: string, contentType?: string][] = [
  ['no boundary in the header', '--abc\r\n\r\nx\r\n--abc--', 'required', 'multipart/mixed'],
  ['an empty boundary', '--\r\n\r\nx\r\n----', 'required', 'multipart/mixed; boundary='],
  [
    'a boundary of 71 characters',
    `--${'a'.repeat(71)}--`,
    'invalid_value',
    `multipart/mixed; boundary=${'a'.repeat(71)}`,
  ],
  ['a boundary with a line end', '--a', 'required', 'multipart/mixed; boundary="a\r\nb'],
  ['a boundary of other characters', '--a*b--', 'invalid_value', 'multipart/mixed; boundary=a*b'],
  [
    'a boundary that ends with a space',
    '--a --',
    'invalid_value',
    'multipart/mixed; boundary="a "',
  ],
  ['nothing', '', 'cut'],
  ['no part', '--abc--', 'required'],
  ['no boundary in the body', `${json}{}`, 'cut'],
  ['a boundary within a line', `x--abc\r\n${json}{}\r\n--abc--`, 'required'],
  ['no last boundary', `--abc\r\n${json}{}\r\n--abc\r\n\r\nx`, 'cut'],
  ['a first boundary that goes on', `--abcd\r\n${json}{}\r\n--abcd--`, 'ambiguous_boundary'],
  [
    'a later boundary that goes on',
    `--abc\r\n${json}{}\r\n--abcd\r\n--abc--`,
    'ambiguous_boundary',
  ],
  ['a last boundary that goes on', `--abc\r\n${json}{}\r\n--abc--d`, 'ambiguous_boundary'],
  ['a boundary with a bare line feed', `--abc\n${json}{}\n--abc--`, 'ambiguous_boundary'],
  ['a header that is none', '--abc\r\nno header\r\n\r\nx\r\n--abc--', 'invalid_header'],
  ['a folded header', '--abc\r\nA: b\r\n c\r\n\r\nx\r\n--abc--', 'invalid_header'],
  ['a space before the colon', '--abc\r\nA : b\r\n\r\nx\r\n--abc--', 'invalid_header'],
  ['a header twice', '--abc\r\nA: b\r\na: c\r\n\r\nx\r\n--abc--', 'repeated'],
  ['headers without end', `--abc\r\n${'A'.repeat(10_000)}\r\n--abc--`, 'too_long'],
]

describe('a multipart message', () => {
  for (const [name, body, parts, contentType] of taken) {
    it(`is taken apart: ${name}`, () => {
      expect(read(body, contentType)).toEqual(parts as never)
    })
  }

  for (const [name, body, code, contentType] of refused) {
    it(`is refused: ${name}`, () => {
      const error = refusalOf(body, contentType)
      expect(error.status).toBe(400)
      expect(error.errors.map((issue) => issue.code)).toEqual([code])
      expect(error.errors[0]!.path.length).toBeGreaterThan(0)
    })
  }

  it('may have so many parts', () => {
    const of = (count: number) => `${'--abc\r\n\r\nx\r\n'.repeat(count)}--abc--`
    expect(read(of(MAX_PARTS))).toHaveLength(MAX_PARTS)
    expect(refusalOf(of(MAX_PARTS + 1)).code).toBe('too_large')
  })

  it('is a view: no content is copied', () => {
    const bytes = Buffer.from('--abc\r\n\r\nx\r\n--abc--')
    const [part] = finish(readingParts(bytes, TYPE))
    bytes.fill('y')
    expect(Buffer.from(part!.bytes).toString()).toBe('y')
  })

  it('says what was written', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,9}$/).map((text) => text.toLowerCase())
    const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/)
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.constantFrom('\r\n', '--', '\r\n--b', '--boundar', '\n').map((text) => Buffer.from(text)),
    )
    const part = fc.record({
      headers: fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 3 }),
      pieces: fc.array(piece, { maxLength: 5 }),
    })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const written = parts.map((one) => Buffer.concat(one.pieces).toString('latin1'))
        fc.pre(written.every((text) => !`\r\n${text}`.includes('\r\n--boundary')))
        const pieces = [...multipartPieces(parts, 'boundary')]
        const bytes = Buffer.concat(pieces.map((one) => Buffer.from(one as Uint8Array)))
        const again = finish(readingParts(bytes, 'multipart/mixed; boundary=boundary'))
        expect(again.map(({ headers }) => [...headers])).toEqual(
          parts.map(({ headers }) => headers),
        )
        const contents = parts.map((one) => Buffer.concat(one.pieces))
        expect(again.map((one) => Buffer.from(one.bytes).equals(contents.shift()!))).toEqual(
          parts.map(() => true),
        )
      }),
    )
  })
})

describe('a parameter of a Content-Type', () => {
  const cases: [contentType: string | undefined, value: string | undefined][] = [
    ['a/b; boundary=x', 'x'],
    ['a/b;boundary="x y"; c=d', 'x y'],
    ['a/b; boundary="x\\"y"', 'x"y'],
    ['a/b; Boundary=1; boundary=2', '1'],
    ['a/b; xboundary=1', undefined],
    ['a/b; boundary', undefined],
    ['a/b', undefined],
    [undefined, undefined],
  ]
  for (const [contentType, value] of cases) {
    it(`is ${value} in ${contentType}`, () => {
      expect(parameterOf(contentType, 'boundary')).toBe(value)
    })
  }
})
