import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { startTestApp, type TestApp } from '../support/app'
import { problemOf } from '../support/battery'
import { startIssuer, type TestIssuer } from '../support/issuer'
import { notOnAws, type Reason } from '../support/not-on-aws'

let issuer: TestIssuer
let app: TestApp
beforeAll(async () => {
  issuer = await startIssuer()
  app = await startTestApp({ config: { oidcIssuer: issuer.url } })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await issuer[Symbol.asyncDispose]()
})

const now = Math.floor(Date.now() / 1000)
const good = { scope: 'events:read' }
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

type Part = Record<string, unknown>
type Bad = [what: string, claims: Part, header?: Part, notOnAws?: Reason]

// Every one of them is signed with the issuer's current key: only what is said here is wrong with it.
const times = [1e300, -1e300, 1e16, -1, -1e9, '1795253400', 'x', '', null, [], [now], {}, true]
const odd = [7, null, [], {}, true, ['events:read', 7], { 0: 'nonius' }]
const bad: Bad[] = [
  ...times.map((exp): Bad => [`exp ${JSON.stringify(exp)}`, { exp }]),
  ['exp 1.5', { exp: 1.5 }],
  ['exp 0', { exp: 0 }],
  ['exp a second ago', { exp: now - 2 }],
  ['no exp', { exp: undefined }],
  ...times.map((nbf): Bad => [`nbf ${JSON.stringify(nbf)}`, { nbf }]),
  ['nbf in an hour', { nbf: now + 3600 }],
  ...times.map((iat): Bad => [`iat ${JSON.stringify(iat)}`, { iat }]),
  ...odd.map((scope): Bad => [`scope ${JSON.stringify(scope)}`, { scope }]),
  ...[7, null, {}, true, ['events:read', 7]].map((scp): Bad => {
    return [`scp ${JSON.stringify(scp)}`, { scope: undefined, scp }]
  }),
  ...[7, null, {}, true, [7], ['nonius', null], [['nonius']], Array(101).fill('nonius')].map(
    (aud): Bad => [`aud ${JSON.stringify(aud).slice(0, 40)}`, { aud }],
  ),
  ['aud empty', { aud: [] }],
  ...['', 7, null, [], {}, true, 'x'.repeat(257)].map((id): Bad => {
    return [`client_id ${JSON.stringify(id).slice(0, 40)}`, { client_id: id }]
  }),
  ...[7, null, [], {}].map((azp): Bad => [`azp ${JSON.stringify(azp)}`, { azp }]),
  ...[7, null, [], {}].map((iss): Bad => [`iss ${JSON.stringify(iss)}`, { iss }]),
  ...[7, [], true, 'id'].map(
    (use): Bad => [`token_use ${JSON.stringify(use)}`, { token_use: use }],
  ),
  ['claims of 9 KB', { junk: 'x'.repeat(9 * 1024) }],
  ['claims of a megabyte', { junk: 'x'.repeat(1024 * 1024) }, {}, 'large header'],
  ['a client_id of 10 MB', { client_id: 'x'.repeat(10 * 1024 * 1024) }, {}, 'large header'],
  ['an unknown crit', {}, { crit: ['exp'], exp: 1 }],
  ['a crit of what nobody knows', {}, { crit: ['nobody'], nobody: 1 }],
  ['an empty crit', {}, { crit: [] }],
  ['a crit that is no list', {}, { crit: 'exp' }],
  ['crit null', {}, { crit: null }],
  ['b64 false', {}, { b64: false }],
  ['b64 false, as critical', {}, { crit: ['b64'], b64: false }],
  ['zip', {}, { zip: 'DEF' }],
  ['the type of a logout token', {}, { typ: 'logout+jwt' }],
  ['the type of a proof of possession', {}, { typ: 'dpop+jwt' }],
  ['typ 7', {}, { typ: 7 }],
  ['typ null', {}, { typ: null }],
  ['alg none', {}, { alg: 'none' }],
  ['alg HS256', {}, { alg: 'HS256' }],
  ['alg 7', {}, { alg: 7 }],
  ['alg null', {}, { alg: null }],
  ['no alg', {}, { alg: undefined }],
  ['an alg that nobody knows', {}, { alg: 'ES999' }],
  ['kid 7', {}, { kid: 7 }],
  ['kid null', {}, { kid: null }],
  ['kid of an object', {}, { kid: { toString: 'first' } }],
  ['an empty kid', {}, { kid: '' }],
  ['no kid', {}, { kid: undefined }],
  ['kid __proto__', {}, { kid: '__proto__' }],
  ['a kid of 300 characters', {}, { kid: 'x'.repeat(300) }],
]

const broken: [what: string, token: string][] = [
  ['claims that are an array', `${part({ alg: 'ES256', kid: 'first' })}.eyJ.AA`],
  ['claims that are cut short', `${part({ alg: 'ES256', kid: 'first' })}.eyJleHAi.AA`],
  ['a header that is cut short', `eyJhbGci.${part({ exp: now + 60 })}.AA`],
  [
    'claims with NaN',
    `${part({ alg: 'ES256' })}.${Buffer.from('{"exp":NaN}').toString('base64url')}.AA`,
  ],
  [
    'claims that are not UTF-8',
    `${part({ alg: 'ES256' })}.${Buffer.from([0x7b, 0x22, 0xff, 0xfe]).toString('base64url')}.AA`,
  ],
  [
    'no signature to speak of',
    `${part({ alg: 'ES256', kid: 'first' })}.${part({ exp: now + 60 })}.A`,
  ],
  [
    'a nesting of thousands',
    `${part({ alg: 'ES256' })}.${Buffer.from(`{"a":${'['.repeat(4000)}`).toString('base64url')}.AA`,
  ],
]

function read(token: string) {
  return app.request('/analytics/events', { headers: { Authorization: `Bearer ${token}` } })
}

describe('A bad token is answered 401 with its reason', () => {
  it('and a good one is not', async () => {
    expect((await read(await issuer.signed(good))).status).toBe(200)
  })

  for (const [what, claims, header, reason] of bad) {
    notOnAws(reason)(`for ${what}`, async () => {
      const reply = await read(await issuer.signed({ ...good, ...claims }, header))
      expect(reply.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
      expect((await problemOf(reply, 'unauthenticated')).detail).toStartWith('The token ')
    })
  }

  for (const [what, token] of broken) {
    it(`for ${what}`, async () => {
      await problemOf(await read(token), 'unauthenticated')
    })
  }

  it('and nothing of it is a fault of ours', () => {
    expect(app.logged.filter((line) => line.startsWith('error'))).toEqual([])
  })
})

describe('A token is taken', () => {
  const taken: [what: string, claims: Record<string, unknown>, header?: Record<string, unknown>][] =
    [
      ['with times that have a fraction', { exp: now + 60.5, nbf: now - 0.5, iat: now - 1.5 }],
      ['with nbf 0', { nbf: 0 }],
      ['with exp in the year 9999', { exp: 253_402_300_799 }],
      ['with the type of RFC 9068', {}, { typ: 'at+jwt' }],
      ['with the same in full', {}, { typ: 'application/at+JWT' }],
      ['with the type JWT', {}, { typ: 'JWT' }],
      [
        'with claims and headers that nobody here knows',
        { cnf: {}, x: [1] },
        { x5t: 'a', jku: 'x' },
      ],
    ]
  for (const [what, claims, header] of taken) {
    it(what, async () => {
      expect((await read(await issuer.signed({ ...good, ...claims }, header))).status).toBe(200)
    })
  }
})
