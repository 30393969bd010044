import { describe, expect, it } from 'bun:test'
import { aWebhook, start } from '../../../tests/support/webhooks'
import type { Webhook } from '../../platform/registry/webhooks'
import { deliveriesOfNotice, isNoticeName, noticeNames, ruleOfNoticeName } from './notices'

const at = start.toISOString()
const notice = { type: 'nonius.webhook.disabled' as const, at, data: { webhookId: 'whk_dead' } }
const telling = { tenantId: 'north', notice, about: 'whk_dead', enqueuedAt: at }
const isTold = (more: Partial<Webhook>) =>
  deliveriesOfNotice([aWebhook(more)], telling).length === 1

describe('A notice goes to a webhook', () => {
  const cases: [isIt: boolean, why: string, more: Partial<Webhook>][] = [
    [true, 'that names it', { events: [notice.type] }],
    [true, 'that names it among others', { events: ['ViewEvent', notice.type] }],
    [true, 'that names all of them', { events: ['nonius.*'] }],
    [
      true,
      'whatever it filters events by',
      {
        events: [notice.type],
        filters: [{ path: 'type', equals: 'x' }],
        rule: { any: [] },
        ordered: true,
      },
    ],
    [false, 'that wants every event', { events: ['*'] }],
    [false, 'that names another', { events: ['nonius.webhook.failing'] }],
    [false, 'that is disabled', { events: [notice.type], enabled: false }],
    [false, 'of another tenant', { events: [notice.type], tenantId: 'south' }],
    [false, 'that it is about', { events: [notice.type], webhookId: 'whk_dead' }],
  ]
  for (const [isIt, why, more] of cases) {
    it(`${isIt ? '' : 'never one '}${why}`, () => expect(isTold(more)).toBe(isIt))
  }

  it('as a message without events, the same for the same notice', () => {
    const webhooks = [aWebhook({ events: ['nonius.*'] }), aWebhook({ events: ['nonius.*'] })]
    const made = deliveriesOfNotice(webhooks, telling)
    expect(made).toMatchObject(
      webhooks.map(({ webhookId }) => ({ webhookId, eventIds: [], notice, enqueuedAt: at })),
    )
    const later = { ...telling, notice: { ...notice, at: '2026-03-02T09:00:00.000Z' } }
    const ids = [...made, ...deliveriesOfNotice(webhooks, later)].map((one) => one.deliveryId)
    expect(new Set(ids).size).toBe(4)
    expect(deliveriesOfNotice(webhooks, telling)).toEqual(made)
  })
})

describe('Names of notices', () => {
  it('are known ones, or all of them', () => {
    for (const name of [...noticeNames, 'nonius.*', '*', 'ViewEvent', 'noniusEvent']) {
      expect(ruleOfNoticeName(name)).toBeUndefined()
    }
    for (const name of ['nonius.', 'nonius.webhook', 'nonius.webhook.*', 'nonius.webhook.failed']) {
      expect(ruleOfNoticeName(name)).toContain('nonius.webhook.failing')
      expect(isNoticeName(name)).toBe(true)
    }
  })
})
