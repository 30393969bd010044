import { AppError } from '../../error/app-error'
import { type Replay, replayStatuses } from '../../webhooks/replays/replay'
import { z } from '../zod'
import { WebhookParams } from './find-webhook'

export const ReplayParams = WebhookParams.extend({
  replayId: z.string().openapi({ example: 'rpl_0c1d2e3f405162738495a6b7' }),
})

const time = z.iso.datetime()

export const WebhookReplayView = z
  .object({
    id: z.string(),
    status: z.enum(replayStatuses).openapi({
      description:
        '`waiting` while its webhook is disabled. `done`, `cancelled` and `failed` stay as they are.',
    }),
    reason: z
      .string()
      .optional()
      .openapi({ description: 'Why it waits, or ended before its time' }),
    from: time,
    to: time,
    types: z.array(z.string()).optional(),
    startedAt: time,
    finishedAt: time.optional(),
    read: z.int().openapi({ description: 'Events that were looked at' }),
    matched: z.int().openapi({ description: 'Those of them that the webhook is sent' }),
    queued: z.int().openapi({ description: 'Deliveries that were made of them' }),
    at: time.openapi({ description: 'It has come to what arrived then' }),
    percent: z.int().openapi({ description: 'How much of its time is done' }),
  })
  .openapi('WebhookReplay')

export function replayViewOf(replay: Replay): z.output<typeof WebhookReplayView> {
  const { replayId: id, status, reason, from, to, types, startedAt, finishedAt } = replay
  const { read, matched, queued, at, percent } = replay
  const range = { from, to, types, startedAt, finishedAt }
  return { id, status, reason, ...range, read, matched, queued, at, percent }
}

export const replayExample = {
  id: 'rpl_0c1d2e3f405162738495a6b7',
  status: 'running' as const,
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-11-21T09:30:00.000Z',
  startedAt: '2026-11-21T09:30:00.000Z',
  ...{ read: 12_000, matched: 9210, queued: 93 },
  at: '2026-11-06T14:02:11.120Z',
  percent: 27,
}

export function noSuchReplay(): AppError {
  return new AppError(
    'not_found',
    'This webhook has no replay of this id, or it ended more than 30 days ago.',
  )
}
