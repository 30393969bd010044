import { beforeAll, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { newKeyPair } from '../../src/webhooks/message/key-pair'
import { newWebhookSecret } from '../../src/webhooks/message/secret'
import { aRecord } from '../support/deliveries'
import { posted } from '../support/posted'
import { repository, run } from '../support/program'

const venv = join(repository, '.venv/webhooks')
const python = join(venv, 'bin/python')

// What reaches the registry may be set in the environment, as a proxy is.
const env = process.env as Record<string, string>

beforeAll(async () => {
  const packages = ['standardwebhooks==1.1.0', 'cryptography==50.0.2', 'cloudevents==2.2.0']
  const asked = [python, '-c', 'import cloudevents, cryptography, standardwebhooks']
  if (existsSync(python) && (await run(asked)).exitCode === 0) return
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  for (const command of [
    ['python3', '-m', 'venv', venv],
    [python, ...pip, ...packages],
  ]) {
    const { exitCode, stderr } = await run(command, { env })
    expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, ''])
  }
}, 120_000)

it('Messages are verified by libraries of PyPI, by each secret and key that is good', async () => {
  const [now, before, other] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()]
  const [key, keyBefore, otherKey] = [newKeyPair(), newKeyPair(), newKeyPair()]
  const until = new Date(Date.now() + 60_000).toISOString()
  const former = [{ secret: before, privateKey: keyBefore.privateKey, until }]
  const signing = {
    ...{ secret: now, privateKey: key.privateKey, signatures: ['v1a' as const, 'v1' as const] },
    former,
  }
  const raw = '{"id":"urn:a","name":"Jürgen ☕ 🎓"}'
  const record = () => aRecord({ raw, tenantId: 'north', sourceId: 'a b', objectId: 'urn:o' })
  const one = { maxEvents: 1, maxSeconds: 0 }
  const records = [record(), record()]
  const cases = [
    await posted(signing, records),
    await posted({ ...signing, contentEncoding: 'gzip' }, records),
    await posted({ ...signing, format: 'cloudevents', batch: one }, records.slice(1)),
    await posted({ ...signing, format: 'cloudevents', contentEncoding: 'gzip' }, records),
  ]
  const lines = cases.map(({ headers, body }) =>
    JSON.stringify({
      ...{ headers, body: body.toString('base64') },
      secrets: [now, before, other],
      keys: [key, keyBefore, otherKey].map(({ publicKey }) => publicKey),
    }),
  )
  const script = join(import.meta.dir, 'verify_webhooks.py')
  const { stdout, stderr, exitCode } = await run([python, script], { stdin: lines.join('\n') })
  expect([exitCode, stderr]).toEqual([0, ''])
  const shown = records.map(({ eventId, standard, type }) => {
    return [eventId, '/tenants/north/sources/a%20b', `nonius.${standard}.${type}`, 'urn:o']
  })
  const signed = {
    secrets: [true, true, false],
    keys: [true, true, false],
    altered: [false, false, false],
  }
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { ...signed, cloudEvents: [] },
    { ...signed, cloudEvents: [] },
    { ...signed, cloudEvents: shown.slice(1) },
    { ...signed, cloudEvents: shown },
  ])
}, 30_000)
