import { describe, expect, it } from 'bun:test'
import { AppError } from '../error/app-error'
import { describeShown } from './describe-shown'
import { readShown } from './shown'

const key = `nk_${'s3cret'.repeat(7)}x`
const base64 = (text: string) => Buffer.from(text).toString('base64')

const mistakes: [header: string, said: string][] = [
  [`Bearer Bearer ${key}`, 'expected Bearer KEY, got Bearer twice'],
  [`bearer  BEARER ${key}`, 'got bearer twice'],
  [`Bearer Basic ${base64(`a:${key}`)}`, 'got two schemes, Bearer and Basic'],
  [`Bearer "${key}"`, 'got the key in quotes'],
  [`'${key}'`, 'got the key in quotes'],
  [`“${key}”`, 'got the key in quotes'],
  [`Basic ${key}:`, 'got the scheme Basic without the base64 of USER:KEY'],
  [`Basic ${base64(key)}`, 'got the scheme Basic without a colon'],
  [`Basic ${base64(`user:"${key}"`)}`, 'got the key in quotes'],
]

const unknown: [header: string, said: string][] = [
  [`Bearer ${key}`, 'Seen was a key that begins with nk_, of 46 characters after Bearer'],
  [key.slice(0, -6), 'of 40 characters, where one that was made here has 46'],
  [
    `Basic ${base64(`user:${key}`)}`,
    'Seen was a key that begins with nk_, of 46 characters after Basic',
  ],
  [`Digest username="${key}"`, 'expected Bearer KEY, got the scheme Digest'],
  [`AWS4-HMAC-SHA256 Credential=${key}`, 'got the scheme AWS4-HMAC-SHA256'],
  [`s3cret ${key}`, 'got another scheme, or a key with a space in it'],
  ['Bearer', 'got Bearer and no key after it'],
  [`Bearer: ${key}`, 'got another sign than a space after Bearer'],
  [`Bearer${key}`, 'got no space after Bearer'],
  ['', 'Seen was no key'],
  ['Bearer $NONIUS_KEY', 'a placeholder that nobody has filled in'],
  ['Bearer <key>', 'a placeholder'],
  ['Bearer undefined', 'a placeholder'],
  ['key_6f1d2c3b', 'the id of a key'],
  ['whsec_s3cret', 'the secret of a webhook'],
  ['eyJs3cret.eyJs3cret.s3cret', 'a token of an identity provider'],
  ['s3crets3cret', 'something of 12 characters that does not begin with nk_'],
]

describe('a key that is not shown as it should be', () => {
  for (const [header, said] of mistakes) {
    it(`is told apart in words: ${header.replaceAll(key, 'KEY')}`, () => {
      const message = refusalOf(header)
      expect(message).toContain(said)
      expect(message).toContain('expected Bearer KEY')
      expect(message).not.toContain('s3cret')
    })
  }
})

describe('a key that is not known', () => {
  for (const [header, said] of unknown) {
    it(`is described by its shape: ${header.replaceAll(key, 'KEY')}`, () => {
      const text = describeShown(header)
      expect(text).toContain(said)
      expect(text).not.toContain('s3cret')
    })
  }
})

function refusalOf(header: string): string {
  try {
    readShown(header)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'unauthenticated') return thrown.message
  }
  throw new Error(`${header} was taken`)
}
