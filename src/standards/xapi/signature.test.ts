import { describe, expect, it } from 'bun:test'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { checkSignature, signaturesIn } from './signature'
import type { XapiVersion } from './version'

const signer = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })

const statement = {
  id: '5c3bd2f1-8a7d-4f8e-8c38-8f60a4a2c6f1',
  actor: { mbox: 'mailto:ann@example.org' },
  verb: { id: 'v:did' },
  object: { id: 'a:quiz' },
  result: { duration: 'PT1.23S' },
}
const usageType = 'http://adlnet.gov/expapi/attachments/signature'
const attachment = {
  usageType,
  display: { en: 'Signature' },
  contentType: 'application/octet-stream',
  length: 1,
  sha2: '0'.repeat(64),
}

interface Signing {
  header?: object
  payload?: string
  key?: KeyObject
  sent?: object
  version?: XapiVersion
}

function issuesOf(signing: Signing = {}, alter = (jws: string) => jws) {
  const { header = { alg: 'RS256' }, payload = JSON.stringify(statement) } = signing
  const { key = signer.privateKey, version = '1.0.3' } = signing
  const sent = signing.sent ?? { ...statement, attachments: [attachment] }
  const encoded = [JSON.stringify(header), payload].map((part) =>
    Buffer.from(part).toString('base64url'),
  )
  const digest = { RS384: 'RSA-SHA384', RS512: 'RSA-SHA512' }[(header as { alg: string }).alg]
  const signed = encoded.join('.')
  const signature = sign(digest ?? 'RSA-SHA256', Buffer.from(signed), key).toString('base64url')
  const bytes = Buffer.from(alter(`${signed}.${signature}`))
  const place = { index: 0, bytes, version, path: [3] }
  return checkSignature({ statement: JSON.stringify(sent), ...place })
}

const codes = (...of: Parameters<typeof issuesOf>) => issuesOf(...of).map(({ code }) => code)

describe('a signature is accepted', () => {
  for (const alg of ['RS256', 'RS384', 'RS512']) {
    it(`by ${alg}, with its certificate and without`, () => {
      expect(issuesOf({ header: { alg } })).toEqual([])
      expect(issuesOf({ header: { alg, x5c: [certificateOf(signer)] } })).toEqual([])
    })
  }

  it('when the payload is the same statement, by the rules of comparison', () => {
    const payload = JSON.stringify(
      { ...statement, verb: { id: 'v:did', display: { en: 'did' } } },
      null,
      1,
    )
    expect(issuesOf({ payload })).toEqual([])
    const timed = { ...statement, timestamp: '2026-11-21T09:30:00Z', attachments: [attachment] }
    expect(issuesOf({ sent: timed })).toEqual([])
  })

  it('in 2.0 when durations differ beyond hundredths of a second', () => {
    const sent = { ...statement, result: { duration: 'PT1.2377S' }, attachments: [attachment] }
    expect(codes({ sent, version: '2.0.0' })).toEqual([])
    expect(codes({ sent, version: '1.0.3' })).toEqual(['signature_differs'])
  })

  it('beside other attachments, which count', () => {
    const file = { ...attachment, usageType: 'u:file' }
    const sent = { ...statement, attachments: [attachment, file] }
    expect(codes({ sent })).toEqual(['signature_differs'])
    expect(codes({ sent, payload: JSON.stringify({ ...statement, attachments: [file] }) })).toEqual(
      [],
    )
    expect(signaturesIn({ ...statement, attachments: [file, attachment] })).toEqual([1])
  })
})

describe('a signature is refused', () => {
  const asText = { ...statement, attachments: [{ ...attachment, contentType: 'text/plain' }] }
  const cases: [what: string, code: string, Signing, ((jws: string) => string)?][] = [
    ['of another algorithm', 'unsupported_algorithm', { header: { alg: 'HS256' } }],
    ['of no algorithm', 'unsupported_algorithm', { header: { alg: 'none' } }],
    ['of another media type', 'invalid_media_type', { sent: asText }],
    [
      'of another statement',
      'signature_differs',
      { payload: JSON.stringify({ ...statement, verb: { id: 'v:x' } }) },
    ],
    ['with a payload that is no JSON', 'invalid_signature', { payload: "{'id':" }],
    ['with a payload that is no object', 'invalid_signature', { payload: '[]' }],
    [
      'nested too deep',
      'invalid_signature',
      { payload: `${'{"a":'.repeat(5e4)}1${'}'.repeat(5e4)}` },
    ],
    ['that is no JWS', 'invalid_signature', {}, () => 'a.b'],
    ['of four parts', 'invalid_signature', {}, (jws) => `${jws}.x`],
    ['that is not base64url', 'invalid_signature', {}, (jws) => jws.replace('.', '.+')],
    ['with a header that is no JSON', 'invalid_signature', {}, (jws) => `abc${jws}`],
    [
      'by another key',
      'invalid_signature',
      { header: { alg: 'RS256', x5c: [certificateOf(other)] } },
    ],
    [
      'with a certificate that is none',
      'invalid_signature',
      { header: { alg: 'RS256', x5c: ['AAAA'] } },
    ],
    ['with no certificate in x5c', 'invalid_signature', { header: { alg: 'RS256', x5c: [] } }],
    [
      'changed on its way',
      'invalid_signature',
      { header: { alg: 'RS256', x5c: [certificateOf(signer)] } },
      (jws) => `${jws.slice(0, -6)}AAAAAA`,
    ],
  ]
  for (const [what, code, signing, alter] of cases) {
    it(`${what}: ${code}`, () => {
      const issues = issuesOf(signing, alter)
      expect(issues).toMatchObject([{ code, path: [3, 'attachments', 0], spec: 'xAPI-Data 2.6' }])
    })
  }
})

/** Writes a self-signed certificate (RFC 5280, 4.1) as `x5c` has it. */
function certificateOf({ publicKey, privateKey }: typeof signer): string {
  const der = (tag: number, ...parts: Buffer[]): Buffer => {
    const content = Buffer.concat(parts)
    const size = content.length
    const length = size < 128 ? [size] : [0x82, size >> 8, size & 255]
    return Buffer.concat([Buffer.from([tag, ...length]), content])
  }
  const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
  // sha256WithRSAEncryption, and commonName.
  const algorithm = sequence(der(6, Buffer.from('2a864886f70d01010b', 'hex')), der(5))
  const attribute = sequence(der(6, Buffer.from('550403', 'hex')), der(12, Buffer.from('test')))
  const name = sequence(der(0x31, attribute))
  const time = (text: string) => der(0x17, Buffer.from(text))
  const validity = sequence(time('200101000000Z'), time('491231235959Z'))
  const key = publicKey.export({ type: 'spki', format: 'der' })
  const serial = der(2, Buffer.from([1]))
  const version = der(0xa0, der(2, Buffer.from([2])))
  const told = sequence(version, serial, algorithm, name, validity, name, key)
  const signature = sign('RSA-SHA256', told, privateKey)
  const bits = der(3, Buffer.from([0]), signature)
  return sequence(told, algorithm, bits).toString('base64')
}
