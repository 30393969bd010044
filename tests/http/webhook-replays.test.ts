import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type { Delivery } from '../../src/platform/delivery-queue'
import { problemOf } from '../support/battery'
import { notOnAws } from '../support/not-on-aws'
import { until } from '../support/until'
import { settings, startWebhookTest, type WebhookTest } from '../support/webhooks-api'

interface Replay {
  id: string
  status: string
  from: string
  to: string
  types?: string[]
  reason?: string
  read: number
  matched: number
  queued: number
  at: string
  percent: number
}

let test: WebhookTest
beforeAll(async () => {
  test = await startWebhookTest()
})
afterAll(() => test[Symbol.asyncDispose]())

const DAY_MS = 24 * 60 * 60 * 1000
const before = (ms: number) => new Date(test.clock.now().getTime() - ms).toISOString()
const anHourAgo = () => before(60 * 60 * 1000)

async function send(types: string[], key = test.keys.demo) {
  const headers = { ...test.as(key), 'Content-Type': 'application/json' }
  const body = JSON.stringify(types.map((event_type) => ({ event_type })))
  const reply = await test.request('/api/v1/events', { method: 'POST', headers, body })
  const { eventIds } = (await reply.json()) as { eventIds: string[] }
  return eventIds
}

async function begin(id: string, asked: object, status = 202): Promise<Replay> {
  const reply = await test.call('POST', `/webhooks/${id}/replay`, asked)
  const answer = (await reply.json()) as Replay
  expect({ status: reply.status, answer }).toMatchObject({ status })
  return answer
}

async function replayOf(id: string, replayId: string): Promise<Replay> {
  const reply = await test.call('GET', `/webhooks/${id}/replays/${replayId}`)
  expect(reply.status).toBe(200)
  return (await reply.json()) as Replay
}

async function over(id: string, { id: replayId }: Replay): Promise<Replay> {
  let replay: Replay | undefined
  await until(async () => {
    replay = await replayOf(id, replayId)
    return ['done', 'cancelled', 'failed'].includes(replay.status)
  })
  return replay!
}

/** Takes what waits for a webhook, and ends it. */
async function taken(webhookId: string): Promise<Delivery[]> {
  const { deliveries } = test.platform
  const all = await deliveries.take(1000, 60_000, (_, id) => id === webhookId)
  for (const { deliveryId } of all) await deliveries.done(deliveryId)
  return all
}

const idsOf = (deliveries: Delivery[]) => deliveries.flatMap(({ eventIds }) => eventIds)
const live = notOnAws('queue')

describe('POST /webhooks/{id}/replay', () => {
  live('sends what arrived, and matches, again: in order, under ids of its own', async () => {
    const types = ['lesson_opened', 'lesson_closed']
    const early = await send(types)
    const from = before(0)
    await Bun.sleep(2)
    const sent = [...(await send(types)), ...(await send(['other'])), ...(await send(types))]
    const { id } = await test.create({ events: types })
    const first = await begin(id, { from })
    expect(first).toMatchObject({ status: 'running', from, read: 0, percent: 0 })
    const done = await over(id, first)
    // With the audit record of the webhook itself, which it does not ask for.
    expect(done).toMatchObject({ status: 'done', read: 5, matched: 4, queued: 1, percent: 100 })
    expect(done.at).toBe(done.to)
    const once = await taken(id)
    expect(idsOf(once)).toEqual(sent.filter((_, at) => at !== 2))
    expect(idsOf(once)).not.toContain(early[0])

    await over(id, await begin(id, { from: anHourAgo(), types: ['lesson_closed'] }))
    const again = await taken(id)
    expect(idsOf(again)).toEqual([early[1]!, sent[1]!, sent[4]!])
    expect(again.map(({ deliveryId }) => deliveryId)).not.toContain(once[0]!.deliveryId)
  })

  live('ends before `to`, and leaves out what is hidden', async () => {
    await send(['shown_later'])
    await Bun.sleep(2)
    const to = before(0)
    await Bun.sleep(2)
    await send(['shown_later'])
    const { id } = await test.create({ events: ['shown_later'] })
    const done = await over(id, await begin(id, { from: anHourAgo(), to }))
    expect(done).toMatchObject({ to, matched: 1 })

    await test.services!.hidden.hide('default', to)
    const shown = await over(id, await begin(id, { from: anHourAgo() }))
    expect(shown).toMatchObject({ matched: 1 })
    const gone = await test.call('POST', `/webhooks/${id}/replay`, { from: anHourAgo(), to })
    const { errors, detail } = await problemOf(gone, 'invalid_request')
    expect(errors).toMatchObject([{ path: ['to'] }])
    expect(detail).toContain(to)
  })

  it('says where to see how far it is', async () => {
    const { id } = await test.create({ enabled: false })
    const reply = await test.call('POST', `/webhooks/${id}/replay`, { from: anHourAgo() })
    const { id: replayId } = (await reply.json()) as Replay
    expect(reply.headers.get('location')).toEndWith(`/webhooks/${id}/replays/${replayId}`)
    const list = await test.call('GET', `/webhooks/${id}/replays`)
    expect(await list.json()).toMatchObject({
      replays: [{ id: replayId, from: expect.any(String) }],
    })
  })

  const wrong: [name: string, body: () => object, path: (string | number)[]][] = [
    ['no beginning', () => ({}), ['from']],
    ['a beginning that is no time', () => ({ from: 'yesterday' }), ['from']],
    ['a beginning in the future', () => ({ from: before(-DAY_MS) }), ['from']],
    ['an end before its beginning', () => ({ from: anHourAgo(), to: before(DAY_MS) }), ['to']],
    ['an end at its beginning', () => ({ from: '2026-11-01', to: '2026-11-01' }), ['to']],
    ['no types', () => ({ from: anHourAgo(), types: [] }), ['types']],
    [
      'a type that it is not sent',
      () => ({ from: anHourAgo(), types: ['ViewEvent', 'GradeEvent'] }),
      ['types', 1],
    ],
    ['something unknown', () => ({ from: anHourAgo(), until: 'now' }), ['until']],
  ]
  for (const [name, body, path] of wrong) {
    it(`refuses ${name}, and says where`, async () => {
      const { id } = await test.create({ enabled: false })
      const reply = await test.call('POST', `/webhooks/${id}/replay`, body())
      const { errors } = await problemOf(reply, 'invalid_request')
      expect(errors[0]?.path).toEqual(path)
    })
  }
})

describe('A replay', () => {
  it('is one at a time for a webhook, paused, resumed and cancelled', async () => {
    const { id } = await test.create({ enabled: false })
    const { id: replayId } = await begin(id, { from: anHourAgo() })
    const second = await test.call('POST', `/webhooks/${id}/replay`, { from: anHourAgo() })
    await problemOf(second, 'limit_reached')

    const at = `/webhooks/${id}/replays/${replayId}`
    const step = async (name: string) => test.call('POST', `${at}/${name}`)
    const statusAfter = async (name: string) => ((await (await step(name)).json()) as Replay).status
    await problemOf(await step('resume'), 'wrong_state')
    expect(await statusAfter('pause')).toBe('paused')
    expect(await statusAfter('pause')).toBe('paused')
    expect(await statusAfter('resume')).toBe('running')
    expect(await statusAfter('cancel')).toBe('cancelled')
    expect(await statusAfter('cancel')).toBe('cancelled')
    for (const name of ['pause', 'resume']) {
      const { detail } = await problemOf(await step(name), 'wrong_state')
      expect(detail).toContain('cancelled')
    }
    expect(await replayOf(id, replayId)).toMatchObject({
      status: 'cancelled',
      finishedAt: expect.any(String),
    })
    await begin(id, { from: anHourAgo() })
  })

  live('waits while its webhook is disabled, and goes on once it is enabled', async () => {
    const [sent] = await send(['waited_for'])
    const { id } = await test.create({ events: ['waited_for'], enabled: false })
    const { id: replayId } = await begin(id, { from: anHourAgo() })
    await until(async () => (await replayOf(id, replayId)).status === 'waiting')
    expect((await replayOf(id, replayId)).reason).toContain('disabled')
    const enabled = { ...settings, events: ['waited_for'], enabled: true }
    expect((await test.call('PUT', `/webhooks/${id}`, enabled)).status).toBe(200)
    await until(async () => (await replayOf(id, replayId)).status === 'done')
    expect(idsOf(await taken(id))).toEqual([sent!])
    expect((await replayOf(id, replayId)).reason).toBeUndefined()
  })

  it('is closed to another tenant, and to who may not', async () => {
    const { id } = await test.create({ enabled: false })
    const { id: replayId } = await begin(id, { from: anHourAgo() })
    const stranger = await test.issue(['webhooks:read', 'webhooks:write'], 'elsewhere')
    const reader = await test.issue(['webhooks:read'])
    const writer = await test.issue(['webhooks:write'])
    const one = `/webhooks/${id}/replays/${replayId}`
    const calls: [method: string, path: string, body?: object][] = [
      ['POST', `/webhooks/${id}/replay`, { from: anHourAgo() }],
      ['GET', `/webhooks/${id}/replays`],
      ['GET', one],
      ...['pause', 'resume', 'cancel'].map(
        (step) => ['POST', `${one}/${step}`] as [string, string],
      ),
    ]
    for (const [method, path, body] of calls) {
      expect((await test.request(path, { method })).status).toBe(401)
      const weak = method === 'GET' ? writer : reader
      expect((await test.call(method, path, body, weak)).status).toBe(403)
      await problemOf(await test.call(method, path, body, stranger), 'not_found')
    }
    const other = await test.create({ enabled: false })
    for (const step of ['', '/pause', '/cancel']) {
      const path = `/webhooks/${other.id}/replays/${replayId}${step}`
      const reply = await test.call(step === '' ? 'GET' : 'POST', path)
      await problemOf(reply, 'not_found')
    }
    expect((await replayOf(id, replayId)).status).not.toBe('cancelled')
  })
})
