import { describe, expect, it } from 'bun:test'
import { type AccessRequest, isAllowed, type Statement } from './policy'

const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/events'
const put: AccessRequest = { action: 'dynamodb:PutItem', resource: table }
const allow = (more: Partial<Statement> = {}): Statement => ({
  Effect: 'Allow',
  Action: 'dynamodb:PutItem',
  Resource: table,
  ...more,
})
const deny = (more: Partial<Statement> = {}): Statement => ({ ...allow(more), Effect: 'Deny' })
const sealing = { 'kms:EncryptionContext:use': ['root'] }
const keys = { 'dynamodb:LeadingKeys': ['a#1', 'a#2'] }
const leading = (operator: string, wanted: string) => ({
  Condition: { [operator]: { 'dynamodb:LeadingKeys': [wanted] } },
})

const allowed: [name: string, statements: Statement[], context?: AccessRequest['context']][] = [
  ['action and resource are named', [allow()]],
  ['one of several actions fits', [allow({ Action: ['dynamodb:GetItem', 'dynamodb:PutItem'] })]],
  ['the action is written otherwise', [allow({ Action: 'DynamoDB:putitem' })]],
  [
    'wildcards cover both',
    [allow({ Action: 'dynamodb:Put*', Resource: `${table.slice(0, -1)}?` })],
  ],
  ['a denial is about something else', [allow(), deny({ Resource: `${table}/index/*` })]],
  [
    'its condition holds',
    [allow({ Condition: { StringEquals: { 'kms:EncryptionContext:use': ['root', 'x'] } } })],
    sealing,
  ],
  ['each of several values fits', [allow(leading('ForAllValues:StringLike', 'a#*'))], keys],
  ['any of several values fits', [allow(leading('ForAnyValue:StringEquals', 'a#2'))], keys],
]

const refused: [name: string, statements: Statement[], context?: AccessRequest['context']][] = [
  ['there is no policy', []],
  ['the action is another', [allow({ Action: 'dynamodb:GetItem' })]],
  ['the resource is another', [allow({ Resource: `${table}2` })]],
  ['the resource is only its index', [allow({ Resource: `${table}/index/*` })]],
  ['the resource is written otherwise', [allow({ Resource: table.toUpperCase() })]],
  ['it is denied as well', [allow(), deny()]],
  ['a dot would have to be any character', [allow({ Action: 'dynamodb.PutItem' })]],
  ['it is allowed by what it is not', [allow({ Action: undefined as never })]],
  [
    'its condition does not hold',
    [allow({ Condition: { StringEquals: { 'kms:EncryptionContext:use': 'other' } } })],
    sealing,
  ],
  [
    'its condition is about what nobody knows',
    [allow({ Condition: { Bool: { 'aws:MFA': 'true' } } })],
  ],
  ['its condition is of an unknown kind', [allow(leading('NumericLessThan', '3'))], keys],
  ['one of several values does not fit', [allow(leading('ForAllValues:StringLike', 'a#1'))], keys],
  ['a denial cannot be judged', [allow(), deny({ Condition: { Bool: { 'aws:MFA': 'true' } } })]],
]

describe("a role's policies", () => {
  for (const [name, statements, context = {}] of allowed) {
    it(`allow when ${name}`, () => {
      expect(isAllowed(statements, { ...put, context })).toBe(true)
    })
  }
  for (const [name, statements, context = {}] of refused) {
    it(`refuse when ${name}`, () => {
      expect(isAllowed(statements, { ...put, context })).toBe(false)
    })
  }
})
