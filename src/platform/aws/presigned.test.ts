import { expect, it } from 'bun:test'
import { presigned } from './presigned'

it('signs as the example in the reference of S3 does', () => {
  const url = presigned(
    { protocol: 'https:', hostname: 'examplebucket.s3.amazonaws.com', path: '/test.txt' },
    {
      credentials: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      },
      ...{ region: 'us-east-1', seconds: 86_400, now: new Date('2013-05-24T00:00:00Z') },
    },
  )
  expect(new URL(url).searchParams.get('X-Amz-Signature')).toBe(
    'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  )
})
