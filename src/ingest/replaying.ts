import type { Keyring } from '../../access/keys/keyring'
import type { VerifyJws } from '../../access/signatures/jws'
import { createReplay } from '../../ingest/replay'
import { createReplayPiece } from '../../ingest/replay-piece'
import { type Replaying, startReplays } from '../../ingest/replay-runner'
import type { ServingPlatform } from '../../platform/platform'
import type { AppOptions } from '../context'
import { resultViewOf } from './result-view'
import type { ReplayView } from './schemas'

interface Needs extends Pick<AppOptions, 'config' | 'clock' | 'log'> {
  keyring: Keyring
  verifyJws: VerifyJws
}

/**
 * Makes everything that replays what is in quarantine. Where the platform has jobs, that goes on in the
 * background until the runner is disposed.
 * @param platform its quarantine bounded
 */
export function createReplaying(
  platform: ServingPlatform,
  { config, clock, log, keyring, verifyJws }: Needs,
): Replaying<ReplayView> {
  const replay = createReplay({ ...platform, config, clock, verifyJws })
  const piece = createReplayPiece({ ...platform, replay, viewOf: resultViewOf })
  const { replays: jobs } = platform
  const runner = jobs && startReplays({ jobs, piece, keyring, clock, log })
  return { replay, piece, runner }
}
