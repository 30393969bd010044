import type { Clock } from '../../platform/clock'
import type { ServingPlatform } from '../../platform/platform'
import type { Webhook } from '../../platform/registry/webhooks'
import type { Log } from '../../telemetry/log'
import type { Asked } from './begin'
import type { Replay, Whose } from './replay'
import type { ReplayRunner } from './runner'
import type { Step } from './steps'

/** Replays send webhooks again what arrived before. Calls throw as the documents do. */
export interface Replays extends AsyncDisposable {
  /** @throws {AppError} as `beginReplay` does */
  begin(webhook: Webhook, asked: Asked): Promise<Replay>
  /** Lists the replays of a webhook, the latest first. */
  list(tenantId: string, webhookId: string): Promise<Replay[]>
  /** Reads one; one that lies still because a message was lost goes on. */
  get(whose: Whose): Promise<Replay | undefined>
  /** @returns undefined when there is none @throws {AppError} as `steer` does */
  steer(whose: Whose, step: Step): Promise<Replay | undefined>
}

interface Needs {
  config: { hotTtlDays: number }
  clock: Clock
  log: Log
  hiddenBefore(tenantId: string): Promise<string | undefined>
}

/**
 * Makes the replays of a process; their code is loaded by the first who asks. Where a process lives on
 * after its requests, it carries them on until it is disposed; elsewhere the platform is told of them.
 */
export function createReplays(platform: ServingPlatform, needs: Needs): Replays {
  const { clock, log, config, hiddenBefore } = needs
  const given = { ...platform, clock, log, hiddenBefore, hotTtlDays: config.hotTtlDays }
  let made: ReturnType<typeof make> | undefined
  const runner = platform.wakeReplay === undefined ? startRunner() : undefined

  async function make() {
    const [{ createReplayStore }, { beginReplay }, { steer }] = await Promise.all([
      import('./store'),
      import('./begin'),
      import('./steer'),
    ])
    return { store: createReplayStore(given), beginReplay, steer }
  }

  function parts() {
    made ??= make()
    return made
  }

  async function startRunner(): Promise<ReplayRunner> {
    const { createAdvance } = await import('./advance')
    const { startReplayRunner } = await import('./runner')
    const { store } = await parts()
    return startReplayRunner({ ...given, store, advance: createAdvance({ ...given, store }) })
  }

  async function wake(whose: Whose): Promise<void> {
    await platform.wakeReplay?.(whose)
    ;(await runner)?.wake(whose)
  }

  return {
    async begin(webhook, asked) {
      const { store, beginReplay } = await parts()
      return beginReplay({ ...given, store, wake }, webhook, asked)
    },

    async list(tenantId, webhookId) {
      const { store } = await parts()
      const entries = await store.list(tenantId, webhookId)
      const found = await Promise.all(entries.map((entry) => store.get(entry)))
      return found.flatMap((one) => one?.replay ?? [])
    },

    async get(whose) {
      const { store } = await parts()
      const replay = (await store.get(whose))?.replay
      if (replay?.status === 'running' || replay?.status === 'waiting') await wake(whose)
      return replay
    },

    async steer(whose, step) {
      const { store, steer } = await parts()
      return steer({ store, clock, wake }, whose, step)
    },

    async [Symbol.asyncDispose]() {
      await (await runner)?.[Symbol.asyncDispose]()
    },
  }
}
