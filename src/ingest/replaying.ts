import type { Keyring } from '../access/keys/keyring'
import type { FindTenant } from '../access/keys/tenants'
import type { VerifyJws } from '../access/signatures/jws'
import type { Clock } from '../platform/clock'
import type { ServingPlatform } from '../platform/platform'
import type { Log } from '../telemetry/log'
import type { FindTypes } from './event-types'
import { createReplay } from './replay'
import { createReplayPiece } from './replay-piece'
import { type Replaying, startReplays } from './replay-runner'
import { replayViewOf } from './replay-view'

interface Needs {
  config: { hotTtlDays: number; xapiRetentionDays: number; maxBodyBytes: number }
  clock: Clock
  log: Log
  keyring: Keyring
  findTenant: FindTenant
  findTypes: FindTypes
  verifyJws: VerifyJws
}

/**
 * Makes everything that replays what is in quarantine. Where the platform has jobs, that goes on in the
 * background until the runner is disposed.
 * @param platform its quarantine bounded
 */
export function createReplaying(
  platform: ServingPlatform,
  { config, clock, log, keyring, findTenant, findTypes, verifyJws }: Needs,
): Replaying {
  const replay = createReplay({ ...platform, findTenant, findTypes, config, clock, verifyJws })
  const piece = createReplayPiece({ ...platform, replay, viewOf: replayViewOf })
  const { replays: jobs } = platform
  const runner = jobs && startReplays({ jobs, piece, keyring, clock, log })
  return { replay, piece, runner }
}
