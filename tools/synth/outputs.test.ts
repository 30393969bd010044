import { describe, expect, it } from 'bun:test'
import { answered } from './calls'
import { created } from './outputs'
import { renderSstEnv } from './sst-env'

// These tests need no SST: they cover what the synthesis answers in the place of AWS.

const made = (type: string, inputs: Record<string, unknown>) =>
  created({ type, name: 'Thing', inputs, custom: true })

const arns: [type: string, inputs: Record<string, unknown>, arn: string][] = [
  ['aws:s3/bucket:Bucket', { bucket: 'b' }, 'arn:aws:s3:::b'],
  ['aws:sqs/queue:Queue', { name: 'q' }, 'arn:aws:sqs:us-east-1:123456789012:q'],
  ['aws:iam/role:Role', { name: 'r' }, 'arn:aws:iam::123456789012:role/r'],
  ['aws:dynamodb/table:Table', { name: 't' }, 'arn:aws:dynamodb:us-east-1:123456789012:table/t'],
  [
    'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream',
    { name: 's' },
    'arn:aws:firehose:us-east-1:123456789012:deliverystream/s',
  ],
  [
    'aws:glue/catalogTable:CatalogTable',
    { databaseName: 'd', name: 't' },
    'arn:aws:glue:us-east-1:123456789012:table/d/t',
  ],
  [
    'aws:cognito/userPool:UserPool',
    { name: 'p' },
    'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Thing',
  ],
]

const token = 'aws:iam/getPolicyDocument:getPolicyDocument'

describe('what AWS would answer', () => {
  for (const [type, inputs, arn] of arns) {
    it(`has ARNs as AWS writes them: ${arn}`, () => {
      expect(made(type, inputs).outputs).toMatchObject({ arn })
    })
  }

  it('is never guessed: an unknown resource and an unknown question stop the synthesis', () => {
    expect(() => made('aws:ec2/instance:Instance', {})).toThrow(
      'No answer for resources of type aws:ec2/instance:Instance (Thing)',
    )
    expect(() => answered({ token: 'aws:ec2/getAmi:getAmi', inputs: {} })).toThrow(
      'No answer for aws:ec2/getAmi:getAmi',
    )
  })

  for (const [type, identifiers, Principal] of [
    ['*', ['*'], '*'],
    ['AWS', ['*'], { AWS: '*' }],
    ['Service', ['lambda.amazonaws.com'], { Service: 'lambda.amazonaws.com' }],
  ] as const) {
    it(`has principals as IAM reads them: ${JSON.stringify(Principal)}`, () => {
      const statements = [{ actions: ['s3:GetObject'], principals: [{ type, identifiers }] }]
      const { json } = answered({ token, inputs: { statements } }) as { json: string }
      expect(JSON.parse(json).Statement[0].Principal).toEqual(Principal)
    })
  }

  it('has policies as IAM reads them', () => {
    const statements = [
      {
        actions: ['s3:GetObject'],
        resources: ['arn:aws:s3:::b/*', 'arn:aws:s3:::c/*'],
        conditions: [
          { test: 'StringEquals', variable: 'aws:PrincipalOrgID', values: ['o-1'] },
          { test: 'StringEquals', variable: 'aws:SourceVpc', values: ['v-1', 'v-2'] },
        ],
      },
    ]
    const { json } = answered({ token, inputs: { statements } }) as { json: string }
    expect(JSON.parse(json)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 's3:GetObject',
          Resource: ['arn:aws:s3:::b/*', 'arn:aws:s3:::c/*'],
          Condition: {
            StringEquals: { 'aws:PrincipalOrgID': 'o-1', 'aws:SourceVpc': ['v-1', 'v-2'] },
          },
        },
      ],
    })
  })
})

it('types of links are written as SST writes them', () => {
  const resource = (type: string, name: string, inputs = {}) => ({
    type,
    name,
    inputs,
    outputs: {},
  })
  const properties = { url: 'https://…', sizes: { small: 1 }, names: ['a'], isNew: true }
  const written = renderSstEnv({
    app: { name: 'nonius', stage: 'ci', removal: 'remove', protect: false },
    resources: [
      resource('sst:aws:Queue', 'Letters'),
      resource('sst:sst:LinkRef', 'LettersLinkRef', { properties }),
    ],
    artifacts: [],
  })
  expect(written).toContain(`declare module "sst" {
  export interface Resource {
    "Letters": {
      "isNew": boolean
      "names": any
      "sizes": {
        "small": number
      }
      "type": "sst.aws.Queue"
      "url": string
    }
  }
}

import "sst"
export {}`)
})
