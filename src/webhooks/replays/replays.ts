import type { Clock } from '../../platform/clock'
import type { ServingPlatform } from '../../platform/platform'
import type { Webhook } from '../../platform/registry/webhooks'
import type { Log } from '../../telemetry/log'
import { createAdvance } from './advance'
import { type Asked, beginReplay } from './begin'
import { isOver, type Replay, type Whose } from './replay'
import { startReplayRunner } from './runner'
import { steer } from './steer'
import type { Step } from './steps'
import { createReplayStore } from './store'

/** Replays send webhooks again what arrived before. Calls throw as the documents do. */
export interface Replays extends AsyncDisposable {
  /** @throws {AppError} as `beginReplay` does */
  begin(webhook: Webhook, asked: Asked): Promise<Replay>
  /** Lists the replays of a webhook, the latest first. */
  list(tenantId: string, webhookId: string): Promise<Replay[]>
  /** Reads one; one that lies still because a message was lost goes on. */
  get(whose: Whose): Promise<Replay | undefined>
  /** Has the replays of a webhook that was enabled go on at once. */
  wakeAll(tenantId: string, webhookId: string): Promise<void>
  /** @returns undefined when there is none @throws {AppError} as `steer` does */
  steer(whose: Whose, step: Step): Promise<Replay | undefined>
}

// A message is late by so long at most, as a rule.
const LATE_MS = 30_000

function liesStill({ status, dueAt, startedAt }: Replay, now: Date): boolean {
  const isOpen = status === 'running' || status === 'waiting'
  return isOpen && Date.parse(dueAt ?? startedAt) + LATE_MS < now.getTime()
}

export interface ReplaysNeeds {
  config: { hotTtlDays: number }
  clock: Clock
  log: Log
  hiddenBefore(tenantId: string): Promise<string | undefined>
}

/**
 * Makes the replays of a process. Where it lives on after its requests, it carries them on until it is
 * disposed; elsewhere the platform is told of them.
 */
export function createReplays(platform: ServingPlatform, needs: ReplaysNeeds): Replays {
  const { clock, log, config, hiddenBefore } = needs
  const given = { ...platform, clock, log, hiddenBefore, hotTtlDays: config.hotTtlDays }
  const store = createReplayStore(given)
  const runner =
    platform.wakeReplay === undefined
      ? startReplayRunner({ ...given, store, advance: createAdvance({ ...given, store }) })
      : undefined

  async function wake(whose: Whose): Promise<void> {
    await platform.wakeReplay?.(whose)
    runner?.wake(whose)
  }

  return {
    async begin(webhook, asked) {
      return beginReplay({ ...given, store, wake }, webhook, asked)
    },

    async list(tenantId, webhookId) {
      const entries = await store.list(tenantId, webhookId)
      const found = await Promise.all(entries.map((entry) => store.get(entry)))
      return found.flatMap((one) => one?.replay ?? [])
    },

    async get(whose) {
      const replay = (await store.get(whose))?.replay
      if (replay !== undefined && liesStill(replay, clock.now())) await platform.wakeReplay?.(whose)
      return replay
    },

    async wakeAll(tenantId, webhookId) {
      for (const entry of await store.list(tenantId, webhookId)) {
        const found = isOver(entry) ? undefined : await store.get(entry)
        if (found === undefined || found.replay.status === 'paused') continue
        // A message that is due much later is not waited for.
        const { dueAt: _, ...replay } = found.replay
        if (await store.put(replay, found)) await wake(entry)
      }
    },

    async steer(whose, step) {
      return steer({ store, clock, wake }, whose, step)
    },

    async [Symbol.asyncDispose]() {
      await runner?.[Symbol.asyncDispose]()
    },
  }
}
