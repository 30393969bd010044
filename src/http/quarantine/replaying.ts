import { createReplay } from '../../ingest/replay'
import { createReplayPiece } from '../../ingest/replay-piece'
import { type Replaying, startReplays } from '../../ingest/replay-runner'
import { createVerifyJws } from '../../ingest/steps/verify'
import type { ServingPlatform } from '../../platform/platform'
import { type AppOptions, guardOf } from '../context'
import { identityOf } from '../identity'
import { resultViewOf } from './result-view'
import type { ReplayView } from './schemas'

/** @param platform its quarantine bound */
export function createReplaying(
  platform: ServingPlatform,
  options: AppOptions,
): Replaying<ReplayView> {
  const { config, clock } = options
  const verifyJws = createVerifyJws({ guard: guardOf(options), clock })
  const replay = createReplay({ ...platform, config, clock, verifyJws })
  return { replay, piece: createReplayPiece({ ...platform, replay, viewOf: resultViewOf }) }
}

/** As `createReplaying`; and goes on in the background, until it is disposed. */
export function startReplaying(
  platform: ServingPlatform,
  options: AppOptions,
): Replaying<ReplayView> & AsyncDisposable {
  const { piece, replay } = createReplaying(platform, options)
  const { replays: jobs } = platform
  const { keyring } = identityOf(platform, options)
  const runner = jobs && startReplays({ jobs, piece, keyring, ...options })
  return {
    ...{ piece, replay, runner },
    async [Symbol.asyncDispose]() {
      await runner?.[Symbol.asyncDispose]()
    },
  }
}
