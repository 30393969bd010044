import { createReplay } from '../../ingest/replay'
import { createReplayPiece } from '../../ingest/replay-piece'
import { type Replaying, startReplays } from '../../ingest/replay-runner'
import type { ServingPlatform } from '../../platform/platform'
import type { AppOptions } from '../context'
import { identityOf } from '../identity'
import { isSignedBody, openSignedWith } from '../signed-body'
import { readAgainWith } from './read-again'
import { resultViewOf } from './result-view'
import type { ReplayView } from './schemas'

/** @param platform its quarantine bound */
export function createReplaying(
  platform: ServingPlatform,
  options: AppOptions,
): Replaying<ReplayView> {
  const { config, clock } = options
  const openSigned = openSignedWith(options)
  const readAgain = readAgainWith({
    ...config,
    async openAgain({ tenantId, sourceId, standard, context }, body) {
      const source = await platform.registry.sources.get(tenantId, sourceId)
      const isSigned = standard === 'caliper' && isSignedBody(context.contentType, body)
      return openSigned(body, source, isSigned)
    },
  })
  const replay = createReplay({ ...platform, readAgain, config, clock })
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
