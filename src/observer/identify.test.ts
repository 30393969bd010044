import { expect, it } from 'bun:test'
import { domainOf, identify } from './identify'

const chrome = (id: unknown, email: unknown = 'amy@a.example') => ({
  chrome_identity: { id, email },
})

it('tells a learner by the first method whose key is there, and how far to believe it', () => {
  const cases: [said: object, safeUserId: string, sec: string, settings?: object][] = [
    [chrome('104233'), 'gc-104233', 'unauthenticated'],
    [chrome(' 007 '), 'gc-7', 'unauthenticated'],
    [chrome(7), 'gc-7', 'unauthenticated'],
    [chrome('0'), 'gc-0', 'unauthenticated'],
    [{ ...chrome('7'), user_tag: 't' }, 'gc-7', 'authenticated', { userTags: ['t'] }],
    [{ ...chrome(''), user_tag: 't' }, 'ls-ls-t', 'unauthenticated'],
    [{ user_tag: 't' }, 'ls-ls-t', 'authenticated', { userTags: ['t'] }],
    [
      { user_tag: 'u' },
      'ls-ls-u',
      'unauthenticated',
      { auth: ['local_storage', 'guest'], userTags: ['t'] },
    ],
    [{ hash: 'a b/c@d!' }, 'mch-hi-a%20b%2Fc@d%21', 'unauthenticated'],
    [{ user_id: 'amy', hash: 'h' }, 'mch-hi-h', 'unauthenticated'],
    [
      { user_id: 'amy', hash: 'h' },
      'tc-testcase-amy',
      'unauthenticated',
      { auth: ['testcase_auth', 'hash_identify'] },
    ],
    [{ user_id: 5 }, 'tc-testcase-5', 'unauthenticated'],
    [{ user_id: '\ud800é' }, 'tc-testcase-%EF%BF%BD%C3%A9', 'unauthenticated'],
  ]
  for (const [said, safeUserId, sec, settings] of cases) {
    expect(identify({ said: said as never, settings })).toMatchObject({ safeUserId, sec })
  }
  const person = { personId: 'https://school.example/users/1', settings: undefined }
  expect(identify({ said: chrome('7'), ...person })).toEqual({
    ...{ userId: person.personId, safeUserId: 'token-https%3A%2F%2Fschool.example%2Fusers%2F1' },
    ...{ sec: 'authenticated', providence: 'token', method: 'token' },
  })
})

it('says what is wrong with a key, and takes nothing for one', () => {
  const cases: [said: object, reason: string, settings?: object][] = [
    [chrome('', ''), 'chrome_identity.id is empty: nobody is signed in to Chrome'],
    [chrome(null), 'chrome_identity.id is empty: nobody is signed in to Chrome'],
    [chrome('x7'), 'chrome_identity.id: Expected digits'],
    [chrome('7'.repeat(41)), 'chrome_identity.id: Expected digits'],
    [{ chrome_identity: 'amy' }, 'chrome_identity: Expected an object'],
    [{ user_tag: '' }, 'user_tag is empty'],
    [{ user_tag: ['t'] }, 'user_tag: Expected a string'],
    [{ user_tag: 'u' }, 'user_tag is none that this source knows', { userTags: [] }],
    [{ user_id: 'x'.repeat(513) }, 'user_id: Expected at most 512 characters'],
    [{ user_id: 1.5 }, 'user_id: Expected a string'],
  ]
  for (const [said, reason, settings] of cases) {
    expect(identify({ said: said as never, settings })).toEqual({ reasons: [reason] })
  }
  const none: [object, object?][] = [
    [{}],
    [{ user_id: null }],
    [JSON.parse('{"__proto__":{"user_id":"eve"}}')],
    [{ user_id: 'amy' }, { auth: [] }],
  ]
  for (const [said, settings] of none) {
    expect(identify({ said: said as never, settings })).toEqual({ reasons: [] })
  }
})

it('finds the domain after the last @ of an address', () => {
  const of = (email: unknown) => domainOf(chrome(7, email))
  expect([of('a@b@c.example'), of('a@'), of('a'), of(5), of('x'.repeat(600))]).toEqual([
    ...['c.example', undefined, undefined, undefined, undefined],
  ])
})
