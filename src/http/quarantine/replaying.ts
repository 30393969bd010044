import type { Keyring } from '../../access/keys/keyring'
import { createReplay } from '../../ingest/replay'
import { createReplayPiece } from '../../ingest/replay-piece'
import { type Replaying, startReplays } from '../../ingest/replay-runner'
import type { ServingPlatform } from '../../platform/platform'
import type { AppOptions } from '../context'
import { isSignedBody, type OpenSigned } from '../signed-body'
import { readAgainWith } from './read-again'
import { resultViewOf } from './result-view'
import type { ReplayView } from './schemas'

interface Needs extends Pick<AppOptions, 'config' | 'clock' | 'log'> {
  keyring: Keyring
  openSigned: OpenSigned
}

/**
 * Makes everything that replays what is in quarantine. Where the platform has jobs, that goes on in the
 * background until the runner is disposed.
 * @param platform its quarantine bounded
 */
export function createReplaying(
  platform: ServingPlatform,
  { config, clock, log, keyring, openSigned }: Needs,
): Replaying<ReplayView> {
  const readAgain = readAgainWith({
    ...config,
    async openAgain({ tenantId, sourceId, standard, context }, body) {
      const source = await platform.registry.getSource(tenantId, sourceId)
      const isSigned = standard === 'caliper' && isSignedBody(context.contentType, body)
      return openSigned(body, source, isSigned)
    },
  })
  const replay = createReplay({ ...platform, readAgain, config, clock })
  const piece = createReplayPiece({ ...platform, replay, viewOf: resultViewOf })
  const { replays: jobs } = platform
  const runner = jobs && startReplays({ jobs, piece, keyring, clock, log })
  return { replay, piece, runner }
}
