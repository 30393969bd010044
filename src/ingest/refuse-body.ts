import type { FindSource } from '../access/keys/sources'
import type { AppError } from '../error/app-error'
import type { Blocklists } from '../governance/blocklist/create'
import type { Governance } from '../governance/governance'
import type { Clock } from '../platform/clock'
import type { ConformanceCounts } from '../platform/conformance-counts'
import type { QuarantineStore } from '../platform/quarantine-store'
import type { Watch } from '../watch/watch'
import { type Arrival, unreadableOr } from './arrival'
import { contextUnderTerms } from './sender'
import { blockWith } from './steps/block'
import { identifyWith } from './steps/identify'
import { quarantineBodyWith, refusalOf } from './steps/quarantine-body'

interface Needs {
  platform: {
    quarantine: QuarantineStore
    conformance: Pick<ConformanceCounts, 'add'>
  }
  findSource: FindSource
  /** Without it, no policy applies. */
  governance?: Governance | undefined
  /** Without it, nobody is blocked. */
  blocklist?: Pick<Blocklists, 'sender'> | undefined
  watch?: Pick<Watch, 'arrived'> | undefined
  clock: Clock
}

/** A body that its door could not even hand over: it is taken no further. */
export interface RefusedBody
  extends Pick<Arrival, 'sender' | 'standard' | 'contentType' | 'context'> {
  /** The body as it was sent. */
  body: string | Uint8Array
}

/**
 * Quarantines a body for what its door has against it.
 * @returns the refusal, with `quarantineId`, once the body is durable
 * @throws {AppError} the refusal itself when it is `too_large`; `quarantine_full`; `blocked`
 * @throws {StorageError}
 */
export type RefuseBody = (refused: RefusedBody, refusal: AppError) => Promise<AppError>

export function createRefuseBody({
  platform,
  findSource,
  governance,
  blocklist,
  watch,
  clock,
}: Needs): RefuseBody {
  const identify = identifyWith({ findSource, clock })
  const block = blockWith({ ...platform, blocklist, watch })
  const quarantineBody = quarantineBodyWith({ ...platform, governance, watch, clock })

  return async function refuseBody({ body, ...refused }, refusal) {
    const unreadable = unreadableOr(refusal)
    const arrival = { ...refused, context: contextUnderTerms(refused) }
    const { origin } = await identify(arrival)
    const verdicts = await block(arrival.sender, origin)
    return refusalOf(await quarantineBody(body, unreadable, arrival, origin), verdicts?.always)
  }
}
