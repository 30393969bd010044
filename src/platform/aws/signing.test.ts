import { describe, expect, it } from 'bun:test'
import { sha256, signatureOf } from './signing'

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const scope = { region: 'us-east-1', service: 'service', now: new Date('2015-08-30T12:36:00Z') }
const signed = 'host:example.amazonaws.com\nx-amz-date:20150830T123600Z\n'
const canonical = (method: string) =>
  [method, '/', '', signed, 'host;x-amz-date', sha256('')].join('\n')

describe('A signature of Signature Version 4', () => {
  // The test suite of AWS for signers has these (`get-vanilla`, `post-vanilla`).
  const suite = [
    ['GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ] as const
  for (const [method, signature] of suite) {
    it(`is that of the test suite, for ${method}`, () => {
      expect(signatureOf(canonical(method), credentials, scope)).toBe(signature)
    })
  }

  it('is another for another service, region or day', () => {
    const others = [
      { ...scope, service: 'lambda' },
      { ...scope, region: 'eu-central-1' },
      { ...scope, now: new Date('2015-08-31T12:36:00Z') },
    ]
    const signatures = [scope, ...others].map((one) =>
      signatureOf(canonical('GET'), credentials, one),
    )
    expect(new Set(signatures).size).toBe(4)
  })
})
