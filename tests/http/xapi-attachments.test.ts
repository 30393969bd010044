import { describe, expect, it } from 'bun:test'
import { blobKey } from '../../src/statements/attachment-blobs'
import { readingParts } from '../../src/statements/multipart'
import { finish } from '../../src/syntax/steps'
import { notOnAws } from '../support/not-on-aws'
import { shared } from '../support/shared'
import { startXapiTest, type XapiTest } from '../support/xapi-documents'
import {
  anAttachment,
  aPart,
  aStatement,
  idsFound,
  multipart,
  refusal,
  sha2Of,
  statementsPart,
  type TestPart,
  statementsAt as url,
  uuidOf,
} from '../support/xapi-statements'

const essay = 'An essay,\r\n--one-boundar\r\nand its end'
const binary = new Uint8Array(Array.from({ length: 70_000 }, (_, n) => (n * 7) % 256))

const send = (test: XapiTest, parts: TestPart[]) => test.call('POST', url, multipart(parts))

/** The parts of an answer, read as any client would. */
async function partsOf(response: Response) {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const type = response.headers.get('Content-Type') ?? undefined
  const [first, ...others] = finish(readingParts(bytes, type))
  const json = JSON.parse(Buffer.from(first!.bytes).toString())
  return { json, others, type: first!.headers.get('content-type') }
}

describe('attachments', () => {
  it('are kept once, by tenant and hash, and given out with what names them', async () => {
    await using test = await startXapiTest()
    const attachments = [anAttachment(essay), anAttachment(binary, { contentType: 'image/png' })]
    const statements = [
      aStatement({ id: uuidOf(1), attachments }),
      aStatement({ id: uuidOf(2), attachments }),
    ]
    expect(
      (await send(test, [statementsPart(statements), aPart(essay), aPart(binary)])).status,
    ).toBe(200)
    const kept = await test.platform.blobs.list('attachments/default/', 10)
    expect(kept.map(({ key }) => key).toSorted()).toEqual(
      [essay, binary].map((one) => blobKey('default', sha2Of(one))).toSorted(),
    )

    const found = await test.call('GET', url, { parameters: { attachments: true } })
    const { json, others, type } = await partsOf(found)
    expect(type).toBe('application/json')
    expect(json.statements).toHaveLength(2)
    const contents = new Map(
      others.map(({ headers, bytes }) => [
        headers.get('x-experience-api-hash'),
        { headers, bytes },
      ]),
    )
    expect(contents.size).toBe(2)
    expect(Buffer.from(contents.get(sha2Of(binary))!.bytes).equals(binary)).toBe(true)
    expect(Buffer.from(contents.get(sha2Of(essay))!.bytes).toString()).toBe(essay)
    const { headers } = contents.get(sha2Of(binary))!
    expect(headers.get('content-type')).toBe('image/png')
    expect(headers.get('content-transfer-encoding')).toBe('binary')

    const one = await test.call('GET', url, {
      parameters: { statementId: uuidOf(1), attachments: true },
    })
    expect((await partsOf(one)).json.id).toBe(uuidOf(1))
    const without = await test.call('GET', url, { parameters: { attachments: false } })
    expect(without.headers.get('Content-Type')).toBe('application/json')
  })

  it('need no part when they are elsewhere, in JSON and in multipart', async () => {
    await using test = await startXapiTest()
    const attachments = [anAttachment(essay, { fileUrl: 'https://example.edu/essay' })]
    const body = aStatement({ attachments })
    expect((await test.call('POST', url, { body })).status).toBe(200)
    expect((await send(test, [statementsPart(body)])).status).toBe(200)
    const found = await test.call('GET', url, { parameters: { attachments: true } })
    expect((await partsOf(found)).others).toEqual([])
  })

  it('may have any SHA-2, and be those of a SubStatement', async () => {
    await using test = await startXapiTest()
    for (const algorithm of ['sha224', 'sha256', 'sha384', 'sha512']) {
      const sha2 = sha2Of(essay, algorithm)
      const attachments = [anAttachment(essay, { sha2 })]
      const object = { objectType: 'SubStatement', ...aStatement({ attachments }) }
      const part = aPart(essay, { 'X-Experience-API-Hash': sha2.toUpperCase() })
      expect((await send(test, [statementsPart(aStatement({ object })), part])).status).toBe(200)
    }
  })

  it('of another tenant are not given out, whatever hash a statement names', async () => {
    await using test = await startXapiTest()
    await test.setMode('lrs', 'other')
    await send(test, [
      statementsPart(aStatement({ attachments: [anAttachment(essay)] })),
      aPart(essay),
    ])
    const key = await test.issue(['events:write', 'events:read'], 'other')
    const attachments = [anAttachment(essay, { fileUrl: 'https://example.edu/essay' })]
    await test.call('POST', url, { key, body: aStatement({ attachments }) })
    const found = await test.call('GET', url, { key, parameters: { attachments: true } })
    const { json, others } = await partsOf(found)
    expect([json.statements.length, others.length]).toEqual([1, 0])
  })

  it('are sent in pages of bounded size, each statement once', async () => {
    await using test = await startXapiTest()
    const large = (n: number) => new Uint8Array(1_500_000).fill(n)
    for (let n = 1; n <= 5; n += 1) {
      const statement = aStatement({ id: uuidOf(n), attachments: [anAttachment(large(n))] })
      expect((await send(test, [statementsPart(statement), aPart(large(n))])).status).toBe(200)
    }
    const seen: string[] = []
    let next = `${url}?attachments=true`
    while (next !== '') {
      const { json, others } = await partsOf(await test.call('GET', next))
      expect(others.length).toBe(json.statements.length)
      expect(others.length).toBeLessThanOrEqual(2)
      seen.push(...json.statements.map(({ id }: { id: string }) => id))
      next = json.more
    }
    expect(seen).toEqual([5, 4, 3, 2, 1].map(uuidOf))
  })
})

describe('a multipart body', () => {
  const attachments = [anAttachment(essay)]
  const statements = statementsPart(aStatement({ attachments }))
  const none = statementsPart(aStatement())
  const wrong: [name: string, parts: TestPart[], rule: string, path: unknown[]][] = [
    ['no part for an attachment', [statements], 'missing_attachment', ['attachments', 0]],
    [
      'a part that nothing names',
      [none, aPart(essay)],
      'unexpected_part',
      ['parts', 1, 'X-Experience-API-Hash'],
    ],
    [
      'a part too many',
      [statements, aPart(essay), aPart('x')],
      'unexpected_part',
      ['parts', 2, 'X-Experience-API-Hash'],
    ],
    [
      'a first part of another type',
      [{ ...statements, headers: { 'Content-Type': 'text/plain' } }, aPart(essay)],
      'media_type',
      ['parts', 0, 'Content-Type'],
    ],
    [
      'a first part in another charset',
      [
        { ...statements, headers: { 'Content-Type': 'application/json; charset=latin1' } },
        aPart(essay),
      ],
      'charset',
      ['parts', 0, 'Content-Type'],
    ],
    [
      'statements in two parts',
      [statements, statements, aPart(essay)],
      'required',
      ['parts', 1, 'Content-Transfer-Encoding'],
    ],
    [
      'the attachment first',
      [aPart(essay), statements],
      'media_type',
      ['parts', 0, 'Content-Type'],
    ],
    [
      'no hash',
      [statements, { headers: { 'Content-Transfer-Encoding': 'binary' }, content: essay }],
      'required',
      ['parts', 1, 'X-Experience-API-Hash'],
    ],
    [
      'a hash that is none',
      [statements, aPart(essay, { 'X-Experience-API-Hash': 'abc' })],
      'invalid_value',
      ['parts', 1, 'X-Experience-API-Hash'],
    ],
    [
      'a hash that does not fit',
      [statements, aPart('another', { 'X-Experience-API-Hash': sha2Of(essay) })],
      'wrong_hash',
      ['parts', 1, 'X-Experience-API-Hash'],
    ],
    [
      'base64',
      [statements, aPart(essay, { 'Content-Transfer-Encoding': 'base64' })],
      'invalid_value',
      ['parts', 1, 'Content-Transfer-Encoding'],
    ],
  ]
  const rows = shared(startXapiTest)
  for (const [name, parts, rule, path] of wrong) {
    it(`is refused, and kept as it came: ${name}`, async () => {
      const test = await rows()
      const refused = await refusal(await send(test, parts))
      expect(refused).toMatchObject({ status: 400, rule, path })
      const kept = await test.platform.quarantine.get('default', refused.quarantineId!)
      expect(kept!.raw).toBe(multipart(parts).body.toString())
      expect(kept!.context).toMatchObject({ contentType: 'multipart/mixed', version: '1.0.3' })
      expect(await idsFound(test)).toEqual([])
    })
  }

  it('that cannot be taken apart is kept as it came', async () => {
    await using test = await startXapiTest()
    const { body } = multipart([statements, aPart(binary)])
    const headers = { 'Content-Type': 'multipart/mixed; boundary=another' }
    const refused = await refusal(await test.call('POST', url, { body, headers }))
    expect(refused).toMatchObject({ status: 400, rule: 'cut' })
    const kept = await test.platform.quarantine.get('default', refused.quarantineId!)
    expect(Buffer.from(kept!.raw, 'base64').equals(body)).toBe(true)
  })

  it('in JSON alone may not name what it does not bring', async () => {
    await using test = await startXapiTest()
    const response = await test.call('POST', url, {
      body: [aStatement(), aStatement({ attachments })],
    })
    expect(await refusal(response)).toMatchObject({
      status: 400,
      path: [1, 'attachments', 0],
      rule: 'missing_attachment',
    })
    const hidden = JSON.stringify(aStatement({ attachments })).replace(
      '"attachments"',
      '"\\u0061ttachments"',
    )
    const headers = { 'Content-Type': 'application/json' }
    const sly = await test.call('POST', url, { body: hidden, headers })
    expect(await refusal(sly)).toMatchObject({ status: 400, rule: 'missing_attachment' })
  })

  // Lambda refuses what is larger than it takes by itself.
  notOnAws('read before')(
    'that is too large is refused with the limit, before it is read',
    async () => {
      await using test = await startXapiTest()
      const limit = test.config.maxBodyBytes
      const headers = { ...multipart([]).headers, 'Content-Length': String(100 * 1024 * 1024) }
      const response = await test.call('POST', url, { body: new Uint8Array(limit + 1), headers })
      const { detail, status } = (await response.json()) as { detail: string; status: number }
      expect(status).toBe(413)
      expect(detail).toContain(String(limit))
    },
  )

  it('of a PUT has one statement, which gets its id from the address', async () => {
    await using test = await startXapiTest()
    const parameters = { statementId: uuidOf(7) }
    const put = await test.call('PUT', url, {
      parameters,
      ...multipart([statements, aPart(essay)]),
    })
    expect(put.status).toBe(204)
    expect(await idsFound(test)).toEqual([uuidOf(7)])
  })
})
