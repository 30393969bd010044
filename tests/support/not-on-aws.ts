import { describe, it } from 'bun:test'
import { appendFileSync } from 'node:fs'

/** Why a test of the app over HTTP is left out when it runs against the deployment. */
export const reasons = {
  faults:
    'Nothing can be put between a function and its stores; they fail in tests/aws/adapters instead',
  queue: 'A function of its own takes from the queue of a deployment',
  'one at a time': 'A function answers one request at a time, and Lambda sends what it answers',
  'long address': 'A function URL takes only so long an address',
  clock: 'The clock of a function is the real one',
  stage: 'The stage of the tests is no production',
  issuer: 'A deployment always has an issuer, its user pool',
  memory: 'Each process of a function has a memory of its own',
  'read before':
    'A function URL reads the body, and leaves out empty headers, before the function starts',
  limits: 'Smaller limits cannot be set in a deployment',
  metrics: 'CloudWatch has the figures of a deployment',
  arrivals: 'The table of a deployment knows no order of arrival',
  erasures: 'A job carries out the erasures of a deployment, by and by',
  'no process': 'No process of a function lives for long',
  lag: 'A metric of AWS says how far the consumers of the stream are behind',
  order: 'API Gateway hands over messages all at once, so that answers come in any order',
  'large header': 'A header of a megabyte does not reach a function',
  'header bytes':
    'A function URL hands headers on as text, and AWS does not say what it makes of other bytes than ASCII',
  'large message': 'API Gateway has a largest message of its own',
  handshake: 'API Gateway passes on the status of a refused handshake, and nothing else',
  lake: 'No Athena answers beside these functions; tests/lake asks Trino the same SQL',
  'open hour': 'A tree of a deployment is made when its hour is over',
  'counted later': 'A function answers a message before it counts it',
  'decoded before': 'A function URL decodes a body of a type of text before the function starts',
  'in process': 'The test asks the app itself, in this process',
  proxy: 'A function URL says itself who calls it; no header of a proxy is believed',
  'two slashes': "Bun's fetch asks for /health where a test says //health",
  'many writes':
    'The emulated tables answer sixty writes a second, so that thousands are accepted for later',
}

export type Reason = keyof typeof reasons

const { TEST_TARGET, LEFT_OUT } = process.env

/** `it`; against the deployment, when there is a reason, the `it` that leaves the test out. */
export function notOnAws(reason: Reason | undefined): typeof it {
  return isLeftOut(reason) ? (it.skip as typeof it) : it
}

/** As `notOnAws`, for all tests of a `describe`. */
export function describeNotOnAws(reason: Reason): typeof describe {
  return isLeftOut(reason) ? (describe.skip as typeof describe) : describe
}

/** `tests/aws/deployment/http-suite.ts` counts the reasons in the file LEFT_OUT, a line each. */
function isLeftOut(reason: Reason | undefined): boolean {
  if (reason === undefined || TEST_TARGET !== 'aws') return false
  if (LEFT_OUT) appendFileSync(LEFT_OUT, `${reason}\n`)
  return true
}
