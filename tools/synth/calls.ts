import { account, globalArn } from './account'
import type { MockedCall } from './pulumi'

interface Statement {
  sid?: string
  effect?: string
  actions?: string[]
  resources?: string[]
  principals?: { type: string; identifiers: string[] }[]
  conditions?: { test: string; variable: string; values: string[] }[]
}

const { id: accountId, region } = account

/**
 * The program asks AWS these questions while it runs. A question that is not here stops the
 * synthesis.
 */
const calls: Record<string, (inputs: Record<string, unknown>) => object> = {
  'aws:index/getRegion:getRegion': () => ({ id: region, region, name: region }),
  'aws:index/getCallerIdentity:getCallerIdentity': () => ({
    id: accountId,
    accountId,
    arn: globalArn('iam', 'user/synth'),
    userId: 'synth',
  }),
  'aws:index/getPartition:getPartition': () => ({
    id: 'aws',
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    reverseDnsPrefix: 'com.amazonaws',
  }),
  'aws:route53/getZone:getZone': ({ zoneId }) => ({ id: zoneId, zoneId, name: 'example.edu' }),
  'aws:iam/getPolicyDocument:getPolicyDocument': ({ statements = [] }) => {
    const json = policyJson(statements as Statement[])
    return { id: 'policy', statements, json, minifiedJson: json }
  },
}

/** Answers a question. @throws when the question is not known here */
export function answered({ token, inputs }: MockedCall): object {
  const answer = calls[token]
  if (!answer) throw new Error(`No answer for ${token}: add it to calls.ts`)
  return answer(inputs)
}

/** Writes IAM's JSON as the provider does. */
function policyJson(statements: Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(iamStatement) })
}

function iamStatement({ sid, effect, actions, resources, principals, conditions }: Statement) {
  return {
    Sid: sid,
    Effect: effect ?? 'Allow',
    Action: one(actions),
    Resource: one(resources),
    Principal: principals && principalOf(principals),
    Condition: conditions && conditionsByTest(conditions),
  }
}

/** Writes a principal: everybody is a star, and not an object that holds one. */
function principalOf(principals: NonNullable<Statement['principals']>) {
  if (principals.some(({ type }) => type === '*')) return '*'
  return keyed(principals.map((p) => [p.type, one(p.identifiers)]))
}

function conditionsByTest(conditions: NonNullable<Statement['conditions']>) {
  const tests = Map.groupBy(conditions, ({ test }) => test)
  return keyed(
    [...tests].map(([test, of]) => [test, keyed(of.map((c) => [c.variable, one(c.values)]))]),
  )
}

function keyed(entries: [string, unknown][]) {
  return Object.fromEntries(entries)
}

function one(values: string[] | undefined) {
  return values?.length === 1 ? values[0] : values
}
