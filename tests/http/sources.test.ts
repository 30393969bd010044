import { describe, expect, it } from 'bun:test'
import { exportJWK, generateKeyPair } from 'jose'
import { batteryOf, problemOf } from '../support/battery'
import { shared } from '../support/shared'
import { aSigner } from '../support/signing'
import { type SourceView, startSourceTest } from '../support/sources-api'

const canvas = { id: 'canvas', name: 'Canvas' }

const strong = (await aSigner('1')).jwk
const secretPart = 'the-private-part-of-a-key'
const pair = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true })
const privateKey = await exportJWK(pair.privateKey)
// 1024 bits: no library makes one any more, so a modulus of that length is written by hand.
const weak = { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(128, 0xc1).toString('base64url') }

describe('sources', () => {
  it('are added, listed, read and replaced', async () => {
    await using test = await startSourceTest()
    const created = await test.call('POST', '/sources', canvas)
    expect(created.status).toBe(201)
    expect(created.headers.get('Location')).toBe('/sources/canvas')
    const source = (await created.json()) as SourceView
    expect(source).toEqual({
      ...canvas,
      mode: 'lenient',
      duplicates: 'refuse',
      createdAt: source.createdAt,
      updatedAt: source.createdAt,
    })

    test.clock.advance(1000)
    const changed = await test.call('PUT', '/sources/canvas', { name: 'Canvas 2', mode: 'strict' })
    const now = (await changed.json()) as SourceView
    expect(now).toMatchObject({ id: 'canvas', name: 'Canvas 2', mode: 'strict' })
    expect(now.createdAt).toBe(source.createdAt)
    expect(now.updatedAt > source.updatedAt).toBe(true)

    const nothing = { accepted: 0, duplicates: 0, quarantined: 0, refused: 0, refusedFor: {} }
    const { duplicates: none, ...others } = nothing
    const seen = { ...now, ...others, total: nothing, lastHour: nothing, keys: [] }
    expect(await (await test.call('GET', '/sources/canvas')).json()).toEqual(seen)
    const list = (await (await test.call('GET', '/sources')).json()) as { sources: SourceView[] }
    expect(list.sources.map(({ id }) => id)).toEqual(['demo', 'canvas'])
    expect(list.sources[1] as object).toEqual({ ...seen, duplicates: none, onDuplicate: 'refuse' })
  })

  it('take duplicates when they are told to, until they are told nothing', async () => {
    await using test = await startSourceTest()
    const accepting = { name: 'Demo', duplicates: 'accept' }
    const changed = await test.call('PUT', '/sources/demo', accepting)
    expect(await changed.json()).toMatchObject(accepting)
    expect(await (await test.call('GET', '/sources/demo')).json()).toMatchObject(accepting)
    const again = await test.call('PUT', '/sources/demo', { name: 'Demo' })
    expect(await again.json()).toMatchObject({ duplicates: 'refuse' })
  })

  it('have vocabularies and a dialect, until they are told none', async () => {
    await using test = await startSourceTest()
    const said = { name: 'Demo', vocabularies: ['quiz'], dialect: 'edx' }
    expect(await (await test.call('PUT', '/sources/demo', said)).json()).toMatchObject(said)
    expect(await (await test.call('GET', '/sources/demo')).json()).toMatchObject(said)
    const again = await (await test.call('PUT', '/sources/demo', { name: 'Demo' })).json()
    expect(again).not.toHaveProperty('vocabularies')
    expect(again).not.toHaveProperty('dialect')
    for (const wrong of [
      { dialect: 'EDX' },
      { vocabularies: ['none'] },
      { vocabularies: 'quiz' },
    ]) {
      const answer = await test.call('PUT', '/sources/demo', { name: 'Demo', ...wrong })
      const { errors } = await problemOf(answer, 'invalid_request')
      expect(errors[0]!.path[0]).toBe(Object.keys(wrong)[0]!)
    }
  })

  it('have an id that is taken once', async () => {
    await using test = await startSourceTest()
    await problemOf(
      await test.call('POST', '/sources', { ...canvas, id: 'demo' }),
      'already_exists',
    )
    expect(await (await test.call('GET', '/sources/demo')).json()).toMatchObject({ name: 'Demo' })
  })

  it('take the keys that signed bodies are verified with, and forget them when left out', async () => {
    await using test = await startSourceTest()
    const { jwk } = await aSigner('1')
    const signing = { keys: [jwk] }
    const created = await test.call('POST', '/sources', { ...canvas, signing })
    expect(await created.json()).toMatchObject({ signing: { required: true, keys: [jwk] } })
    const url = { required: false, jwksUrl: 'https://8.8.8.8/jwks' }
    const changed = await test.call('PUT', '/sources/canvas', { name: 'Canvas', signing: url })
    expect(((await changed.json()) as SourceView).signing).toEqual(url)
    const forgotten = await test.call('PUT', '/sources/canvas', { name: 'Canvas' })
    expect(await forgotten.json()).not.toHaveProperty('signing')
  })

  const refused: [name: string, body: unknown, path: (string | number)[]][] = [
    ['no name', { id: 'x' }, ['name']],
    ['an empty name', { id: 'x', name: ' ' }, ['name']],
    ['an id with a slash', { id: 'a/b', name: 'x' }, ['id']],
    ['an id of 65 letters', { id: 'a'.repeat(65), name: 'x' }, ['id']],
    ['an unknown mode', { ...canvas, mode: 'severe' }, ['mode']],
    ['an unknown word for duplicates', { ...canvas, duplicates: 'maybe' }, ['duplicates']],
    ['an unknown property', { ...canvas, colour: 'red' }, ['colour']],
    ['signing without keys', { ...canvas, signing: {} }, ['signing']],
    [
      'two places of keys',
      { ...canvas, signing: { keys: [strong], jwksUrl: 'https://8.8.8.8/' } },
      ['signing'],
    ],
    ['no key in keys', { ...canvas, signing: { keys: [] } }, ['signing', 'keys']],
    ['a private key', { ...canvas, signing: { keys: [privateKey] } }, ['signing', 'keys', 0]],
    [
      'a shared secret',
      { ...canvas, signing: { keys: [{ kty: 'oct', k: secretPart }] } },
      ['signing', 'keys', 0],
    ],
    [
      'one secret key instead of an array',
      { ...canvas, signing: { keys: { k: secretPart } } },
      ['signing', 'keys'],
    ],
    ['a key as text', { ...canvas, signing: { keys: [secretPart] } }, ['signing', 'keys', 0]],
    [
      'two places of keys, a secret one among them',
      {
        ...canvas,
        signing: { keys: [{ kty: 'oct', k: secretPart }], jwksUrl: 'https://8.8.8.8/' },
      },
      ['signing'],
    ],
    [
      'what is no key',
      { ...canvas, signing: { keys: [strong, { kty: 'RSA', n: 1 }] } },
      ['signing', 'keys', 1],
    ],
    ['a key of 1024 bits', { ...canvas, signing: { keys: [weak] } }, ['signing', 'keys', 0]],
    [
      'keys over plain http',
      { ...canvas, signing: { jwksUrl: 'http://8.8.8.8/' } },
      ['signing', 'jwksUrl'],
    ],
  ]
  const rows = shared(startSourceTest)
  for (const [name, body, path] of refused) {
    it(`are refused with ${name}, saying where`, async () => {
      const test = await rows()
      const response = await test.call('POST', '/sources', body)
      const { errors, ...problem } = await problemOf(response, 'invalid_request')
      expect(errors[0]!.path).toEqual(path)
      const said = JSON.stringify([errors, problem, test.logged])
      expect(said).not.toContain(secretPart)
      expect(said).not.toContain(String(privateKey.d))
    })
  }

  const unsafe = shared(startSourceTest)
  for (const jwksUrl of ['https://127.0.0.1/jwks', 'https://user:pass@8.8.8.8/', 'https:']) {
    it(`may not have their keys fetched from ${jwksUrl}`, async () => {
      const test = await unsafe()
      const response = await test.call('POST', '/sources', { ...canvas, signing: { jwksUrl } })
      const { errors } = await problemOf(response, 'invalid_target')
      expect(errors[0]!.path).toEqual(['signing', 'jwksUrl'])
    })
  }

  it('of another tenant are neither seen nor changed', async () => {
    await using test = await startSourceTest()
    const stranger = await test.issue(['admin'], 'elsewhere')
    expect(await (await test.call('GET', '/sources', undefined, stranger)).json()).toEqual({
      sources: [],
    })
    for (const [method, path, body] of [
      ['GET', '/sources/demo', undefined],
      ['PUT', '/sources/demo', { name: 'Mine' }],
      ['GET', '/sources/demo/conformance', undefined],
    ] as const) {
      await problemOf(await test.call(method, path, body, stranger), 'not_found')
    }
    await test.call('POST', '/sources', { id: 'demo', name: 'Theirs' }, stranger)
    expect(await (await test.call('GET', '/sources/demo')).json()).toMatchObject({ name: 'Demo' })
  })
})

batteryOf({ method: 'GET', path: '/sources', scope: 'admin', otherMethod: 'DELETE' })
batteryOf({ method: 'GET', path: '/sources/demo', scope: 'admin', otherMethod: 'POST' })
batteryOf({ method: 'GET', path: '/sources/demo/conformance', scope: 'admin', otherMethod: 'PUT' })
batteryOf({
  method: 'PUT',
  path: '/sources/demo',
  scope: 'admin',
  otherMethod: 'DELETE',
  body: { type: 'application/json', text: '{"name":"Demo example"}' },
})
