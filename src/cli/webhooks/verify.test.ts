import { expect, it } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { newWebhookSecret } from '../../webhooks/message/secret'
import { isGenuine } from './verify'

const secret = newWebhookSecret()
const body = '{"type":"events","data":[{"name":"grüße"}]}'

function signed(at = new Date(), id = 'msg_1') {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  }
}

const verified = (headers: Record<string, string>, text = body) =>
  isGenuine(secret, headers, Buffer.from(text))

it('verifies what a library of Standard Webhooks has signed, one signature of several', () => {
  const good = signed()
  expect(verified(good)).toBe(true)
  const several = `v1a,AAAA v1,${Buffer.alloc(32).toString('base64')} ${good['webhook-signature']}`
  expect(verified({ ...good, 'webhook-signature': several })).toBe(true)
})

it('verifies nothing else', () => {
  const good = signed()
  const { 'webhook-signature': signature } = good
  for (const bad of [
    { 'webhook-id': 'msg_2' },
    { 'webhook-signature': signature.slice(0, -4) },
    { 'webhook-signature': signature.replace('v1', 'v2') },
    { 'webhook-signature': '' },
    { 'webhook-timestamp': 'NaN' },
    signed(new Date(Date.now() - 360_000)),
    signed(new Date(Date.now() + 360_000)),
  ]) {
    const isOld = 'webhook-id' in bad && 'webhook-signature' in bad
    expect([bad, verified(isOld ? bad : { ...good, ...bad })]).toEqual([bad, false])
  }
  expect(verified(good, `${body} `)).toBe(false)
  expect(isGenuine(newWebhookSecret(), good, Buffer.from(body))).toBe(false)
})
