import { describe, expect, it } from 'bun:test'
import { createGuard } from '../../src/outbound/guard'
import { createAttempt } from '../../src/webhooks/sending/attempt'
import { createSend } from '../../src/webhooks/sending/send'
import { createRefuseTarget } from '../../src/webhooks/target/target'
import {
  aClock,
  aDelivery,
  aReceiver,
  aRecord,
  aRegistry,
  aStore,
  aWebhook,
} from '../support/deliveries'

/** Makes one attempt for a tenant whose webhooks may go to these hosts. */
async function attemptAt(targetUrl: string, webhookHosts: string[] | undefined) {
  const webhook = aWebhook({ targetUrl })
  const record = aRecord()
  const needs = {
    ...aStore(record),
    registry: aRegistry(webhook),
    clock: aClock(),
    mark: () => '1',
  }
  const send = createSend({ guard: createGuard({ allowPrivate: true }) })
  const refuseTarget = createRefuseTarget({ findTenant: async () => ({ webhookHosts }) })
  const attempt = createAttempt({ ...needs, send, refuseTarget })
  const { webhookId } = webhook
  return attempt(aDelivery({ webhookId, eventIds: [record.eventId] }))
}

describe('A delivery to a host that its tenant does not name any more', () => {
  it('is a failed attempt in words, and nobody is called', async () => {
    await using receiver = aReceiver()
    const { verdict } = await attemptAt(receiver.url, ['hooks.example.edu', '*.lti.example.edu'])
    const reason =
      '127.0.0.1 is not among the hosts that webhooks of this tenant may call: hooks.example.edu, *.lti.example.edu'
    expect(verdict).toMatchObject({ kind: 'retry', reason })
    expect(receiver.received).toEqual([])
  })

  it('goes to one that it names, and, where it names none, to any', async () => {
    await using receiver = aReceiver()
    for (const hosts of [['127.0.0.1'], undefined]) {
      expect((await attemptAt(receiver.url, hosts)).verdict).toEqual({ kind: 'done' })
    }
    // A target of an earlier version, http, goes on.
    expect(receiver.received).toHaveLength(2)
  })
})
