import { describe, expect, it } from 'bun:test'
import { aClock, aWebhook, start } from '../../../tests/support/webhooks'
import { AppError } from '../../error/app-error'
import type { Webhook, WebhookHealth } from '../../platform/registry/webhooks'
import { type ResumeNeeds, resume, resumeUnfinished, stateWhenWritten } from './resume'

const DAY = 24 * 3_600_000
const at = (ms: number) => new Date(start.getTime() + ms).toISOString()
const now = start

const health: WebhookHealth = {
  failingSince: at(-3 * DAY),
  failures: 40,
  lastFailure: 'HTTP 500',
  oldest: at(-4 * DAY),
}
const stopped = { enabled: false, disabled: { at: at(-DAY), by: 'gone' as const } }

describe('The state of a webhook that a person writes', () => {
  const cases: [string, Partial<Webhook>, Parameters<typeof stateWhenWritten>[1], object][] = [
    ['stays', {}, { enabled: true }, { enabled: true }],
    [
      'says who disabled it',
      {},
      { enabled: false },
      { enabled: false, disabled: { at: at(0), by: 'person' } },
    ],
    ['says still what disabled it', stopped, { enabled: false }, stopped],
    [
      'resumes from its position',
      stopped,
      { enabled: true },
      { enabled: true, resuming: { from: 'position', at: at(0), since: at(-DAY) } },
    ],
    [
      'resumes from the oldest that failed',
      { ...stopped, health },
      { enabled: true, resumeFrom: 'position' },
      { enabled: true, resuming: { from: 'position', at: at(0), since: at(-4 * DAY) } },
    ],
    [
      'resumes from now',
      stopped,
      { enabled: true, resumeFrom: 'now' },
      { enabled: true, resuming: { from: 'now', at: at(0), since: at(-DAY) } },
    ],
    [
      'resumes from a time, wherever that was written',
      stopped,
      { enabled: true, resumeFrom: '2026-03-01T08:00:00+02:00' },
      {
        enabled: true,
        resuming: { from: '2026-03-01T06:00:00.000Z', at: at(0), since: at(-DAY) },
      },
    ],
    [
      'goes on being resumed when it is written again',
      { resuming: { from: at(-9), at: at(-5) } },
      { enabled: true },
      { enabled: true, resuming: { from: at(-9), at: at(-5) } },
    ],
    [
      'is the same when the same is written again',
      { resuming: { from: at(-9), at: at(-5) } },
      { enabled: true, resumeFrom: at(-9) },
      { enabled: true, resuming: { from: at(-9), at: at(-5) } },
    ],
    [
      'changes its mind',
      { resuming: { from: 'position', at: at(-5), since: at(-7) } },
      { enabled: true, resumeFrom: 'now' },
      { enabled: true, resuming: { from: 'now', at: at(0), since: at(-7) } },
    ],
    [
      'forgets nothing of a time that was not resumed when it was disabled again',
      { ...stopped, resuming: { from: 'position', at: at(-2 * DAY), since: at(-7 * DAY) } },
      { enabled: true },
      { enabled: true, resuming: { from: 'position', at: at(0), since: at(-7 * DAY) } },
    ],
    [
      'has nothing to resume while it is enabled',
      { health },
      { enabled: true, resumeFrom: 'now' },
      { enabled: true },
    ],
    [
      'resumes nothing of what an earlier version disabled, when nothing was owed',
      { enabled: false },
      { enabled: true },
      { enabled: true, resuming: { from: 'position', at: at(0) } },
    ],
  ]
  for (const [name, stored, written, state] of cases) {
    it(name, () => {
      expect(stateWhenWritten(aWebhook(stored), written, now)).toEqual(state as never)
    })
  }

  it('is refused where it resumes nothing, or from what is to come', () => {
    const wrong = { code: 'invalid_request', errors: [{ path: ['resumeFrom'] }] }
    for (const written of [
      { enabled: false, resumeFrom: 'now' },
      { enabled: true, resumeFrom: at(1) },
    ]) {
      try {
        stateWhenWritten(aWebhook(stopped), written, now)
        expect.unreachable()
      } catch (thrown) {
        expect(thrown).toMatchObject(wrong)
      }
    }
  })
})

function aLog() {
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  return { lines, log: { debug: write, info: write, warn: write, error: write } }
}

/** What is called, in order; `again` is how many each call of `againAll` makes wait again. */
function aQueue(webhook: Webhook, again: number[] = []) {
  const clock = aClock()
  const calls: unknown[][] = []
  let stored = webhook
  const note =
    (name: string) =>
    async (...args: unknown[]) =>
      void calls.push([name, ...args.slice(2)])
  const needs: ResumeNeeds = {
    clock,
    registry: {
      webhooks: {
        noteHealth: note('noteHealth'),
        async replace(was, next) {
          if (was.updatedAt !== stored.updatedAt) return false
          stored = next
          calls.push(['replace', next.resuming])
          return true
        },
      },
    },
    deliveries: {
      release: note('release'),
      skip: note('skip'),
      async againAll(_t, _w, limit, since, before) {
        clock.advance(1000)
        calls.push(['againAll', limit, since, before])
        return again.shift() ?? 0
      },
    },
    async beginReplay(_, asked) {
      calls.push(['replay', asked])
    },
  }
  return { needs, calls, stored: () => stored }
}

describe('A webhook that is enabled', () => {
  const cleared = ['replace', undefined]

  it('is only released where there is nothing to resume', async () => {
    const { needs, calls } = aQueue(aWebhook())
    const webhook = aWebhook({ health })
    expect(await resume(needs, webhook)).toBe(webhook)
    expect(calls).toEqual([['release']])
  })

  it('is left alone while it is disabled', async () => {
    const { needs, calls } = aQueue(aWebhook())
    await resume(needs, aWebhook(stopped))
    expect(calls).toEqual([])
  })

  it('gets what was held, and what was given up since it stopped, from its position', async () => {
    const resuming = { from: 'position', at: at(0), since: at(-4 * DAY) }
    const webhook = aWebhook({ resuming, health: { ...health, isTold: true } })
    const { needs, calls, stored } = aQueue(webhook, [500, 500, 3])
    const again = ['againAll', 500, at(-4 * DAY), at(0)]
    const resumed = await resume(needs, webhook)
    expect(calls).toEqual([
      ['release'],
      ...[again, again, again],
      // It is told of when it recovers, and the five days begin anew.
      ['noteHealth', { failingSince: at(0), failures: 0, lastFailure: 'HTTP 500', isTold: true }],
      ...[cleared, ['release']],
    ])
    expect(resumed).toEqual(stored())
    expect(resumed).not.toHaveProperty('resuming')
  })

  it('says when there was no time for all of it, and does the rest the next time', async () => {
    const resuming = { from: 'position', at: at(0), since: at(-4 * DAY) }
    const webhook = aWebhook({ resuming })
    const { needs, stored } = aQueue(webhook, [500, 500, 500, 500, 0])
    const hasty = { ...needs, maxMs: 2000 }
    await expect(resume(hasty, stored())).rejects.toMatchObject({ code: 'unavailable' })
    expect(stored().resuming).toEqual(resuming)
    await resume(needs, stored())
    expect(stored().resuming).toBeUndefined()
  })

  it('is replayed what was dropped by its age while it was held', async () => {
    const resuming = { from: 'position', at: at(0), since: at(-40 * DAY) }
    const { needs, calls } = aQueue(aWebhook({ resuming }))
    const webhook = aWebhook({ resuming })
    await resume(needs, webhook)
    const to = at(-30 * DAY + 3_600_000)
    const id = expect.stringContaining(webhook.webhookId)
    expect(calls[0]).toEqual(['replay', { from: at(-40 * DAY), to, id }])
    expect(calls[1]).toEqual(['release'])
  })

  it('goes on though nothing is held any more of a time', async () => {
    const resuming = { from: 'position', at: at(0), since: at(-40 * DAY) }
    const { needs, calls } = aQueue(aWebhook({ resuming }))
    const refusing = (code: 'invalid_request' | 'limit_reached') => ({
      ...needs,
      beginReplay: () => Promise.reject(new AppError(code, 'No.')),
    })
    const webhook = aWebhook({ resuming })
    await resume(refusing('invalid_request'), webhook)
    expect(calls[0]).toEqual(['release'])
    const limited = resume(refusing('limit_reached'), webhook)
    await expect(limited).rejects.toMatchObject({ code: 'limit_reached' })
  })

  it('goes on at the start of a server, where another ended in between', async () => {
    const unfinished = aWebhook({ resuming: { from: 'now', at: at(0) } })
    const all = [aWebhook(), aWebhook(stopped), { ...unfinished, enabled: false }, unfinished]
    const { needs, calls } = aQueue(unfinished)
    const { lines, log } = aLog()
    const webhooks = {
      ...needs.registry.webhooks,
      listAll: async () => all,
      get: async () => unfinished,
    }
    await resumeUnfinished({ ...needs, registry: { webhooks }, log })
    expect(calls).toEqual([
      ['skip', 'skipped: its webhook was resumed from now'],
      ...[cleared, ['release']],
    ])
    const failing = { ...webhooks, get: () => Promise.reject(new Error('the disk is full')) }
    await resumeUnfinished({ ...needs, registry: { webhooks: failing }, log })
    const none = { ...webhooks, listAll: () => Promise.reject(new Error('the disk is full')) }
    await resumeUnfinished({ ...needs, registry: { webhooks: none }, log })
    expect(lines).toHaveLength(2)
  })

  it('leaves behind what was held, from now', async () => {
    const webhook = aWebhook({ resuming: { from: 'now', at: at(0), since: at(-DAY) } })
    const { needs, calls } = aQueue(webhook)
    await resume(needs, webhook)
    expect(calls).toEqual([
      ['skip', 'skipped: its webhook was resumed from now'],
      ...[cleared, ['release']],
    ])
  })

  it('is replayed what arrived since a time, the same replay however often that is said', async () => {
    const from = at(-DAY)
    const webhook = aWebhook({ resuming: { from, at: at(0) }, health })
    const { needs, calls } = aQueue(webhook)
    await resume(needs, webhook)
    await resume(needs, webhook)
    const once = [
      ['skip', `skipped: its webhook was resumed from ${from}`],
      ['replay', { from, to: at(0), id: `${webhook.webhookId} ${at(0)} ${from}` }],
      ['noteHealth', undefined],
      ...[cleared, ['release']],
    ]
    expect(calls).toEqual([...once, ...once])
  })
})
