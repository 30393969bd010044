import { describe, expect, it } from 'bun:test'
import { AppError } from '../error/app-error'
import { readAuthorization, type Shown } from './basic'

const base64 = (text: string) => Buffer.from(text).toString('base64')

const taken: [header: string, shown: Shown][] = [
  [`Basic ${base64('key_1:nk_secret')}`, { user: 'key_1', password: 'nk_secret' }],
  [`basic ${base64('key_1:nk_secret')}`, { user: 'key_1', password: 'nk_secret' }],
  [`BASIC   ${base64('key_1:nk_secret')} `, { user: 'key_1', password: 'nk_secret' }],
  [`Basic ${base64(':nk_secret')}`, { user: '', password: 'nk_secret' }],
  [`Basic ${base64('key_1:')}`, { user: 'key_1', password: '' }],
  [`Basic ${base64('a:b:c')}`, { user: 'a', password: 'b:c' }],
  [`Basic ${base64('schlüssel:geheim')}`, { user: 'schlüssel', password: 'geheim' }],
  // Without padding, as some libraries write it.
  [`Basic ${base64('key:s').replace(/=+$/, '')}`, { user: 'key', password: 's' }],
  ['Bearer nk_secret', { credential: 'Bearer nk_secret' }],
  ['nk_secret', { credential: 'nk_secret' }],
  // The scheme alone is a word like any other, and nobody's key.
  ['Basic', { credential: 'Basic' }],
]

const refused: [header: string, said: string][] = [
  ['Basic nk_secret:x', 'no base64'],
  ['Basic ===', 'no base64'],
  [`Basic ${base64('nk_secret')}`, 'without a colon'],
  ['Digest username="nk_secret"', 'the scheme Digest'],
  ['Baisc bmtfc2VjcmV0', 'the scheme Baisc'],
  ['nk_secret nk_secret', 'another scheme'],
]

describe('an Authorization header', () => {
  for (const [header, shown] of taken) {
    it(`is read: ${header}`, () => {
      expect(readAuthorization(header)).toEqual(shown)
    })
  }

  for (const [header, said] of refused) {
    it(`is refused in words that repeat no secret: ${header}`, () => {
      const { code, message } = refusalOf(header)
      expect(code).toBe('unauthenticated')
      expect(message).toContain(said)
      expect(message).toContain('expected Basic')
      expect(message).not.toContain('secret')
      expect(message).not.toContain('bmtf')
    })
  }
})

function refusalOf(header: string): AppError {
  try {
    readAuthorization(header)
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown
  }
  throw new Error(`${header} was taken`)
}
