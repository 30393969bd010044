import type { Keyring } from '../access/keys/keyring'
import type { FindTenant } from '../access/keys/tenants'
import type { VerifyJws } from '../access/signatures/jws'
import type { Blocklists } from '../governance/blocklist/create'
import type { Governance } from '../governance/governance'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import type { ReplayJobs } from '../platform/replay-jobs'
import type { Log } from '../telemetry/log'
import type { FindTypes } from './event-types'
import type { Replaying, ReplayRunner } from './replay-runner'

interface Needs {
  config: { hotTtlDays: number; xapiRetentionDays: number; maxBodyBytes: number }
  clock: Clock
  log: Log
  keyring: Keyring
  findTenant: FindTenant
  findTypes: FindTypes
  governance?: Governance | undefined
  blocklist?: Pick<Blocklists, 'hasRule'> | undefined
  verifyJws: VerifyJws
}

/**
 * Makes everything that replays what is in quarantine; its code is loaded by the first who asks. Where
 * the platform has jobs, that goes on in the background until the runner is disposed.
 * @param platform its quarantine bounded
 */
export function createReplaying(
  platform: ServingPlatform,
  { log, keyring, ...more }: Needs,
): Replaying {
  const { clock } = more
  const needs = { ...platform, ...more }
  let made: ReturnType<typeof make> | undefined

  async function make() {
    const [{ createReplay }, { createReplayPiece }, { replayViewOf }] = await Promise.all([
      import('./replay'),
      import('./replay-piece'),
      import('./replay-view'),
    ])
    const replay = createReplay(needs)
    return { replay, piece: createReplayPiece({ ...platform, replay, viewOf: replayViewOf }) }
  }

  async function start(jobs: ReplayJobs): Promise<ReplayRunner> {
    const { startReplays } = await import('./replay-runner')
    made ??= make()
    return startReplays({ jobs, piece: (await made).piece, keyring, clock, log })
  }

  return {
    async replay(...asked) {
      made ??= make()
      return (await made).replay(...asked)
    },
    async piece(...asked) {
      made ??= make()
      return (await made).piece(...asked)
    },
    runner: platform.replays && runnerOf(start(platform.replays)),
  }
}

/** A runner that has been started is asked once it has. */
function runnerOf(started: Promise<ReplayRunner>): ReplayRunner {
  return {
    begin: async (job) => (await started).begin(job),
    get: async (tenantId, replayId) => (await started).get(tenantId, replayId),
    async [Symbol.asyncDispose]() {
      await (await started)[Symbol.asyncDispose]()
    },
  }
}
