import type { SenderVerdicts } from '../../governance/blocklist/compile'
import type { Blocklists } from '../../governance/blocklist/create'
import type { ConformanceCounts } from '../../platform/conformance-counts'
import type { Watch } from '../../watch/watch'
import type { Origin, Sender } from '../arrival'
import { refusalOfBlocked } from '../blocked'
import { ungoverned } from '../govern-failure'
import { countWith } from './count'

interface Needs {
  /** Without it, nobody is blocked. */
  blocklist?: Pick<Blocklists, 'sender'> | undefined
  conformance: Pick<ConformanceCounts, 'add'>
  watch?: Pick<Watch, 'arrived'> | undefined
}

/** Turns away a sender of whom nothing is kept, whatever it sends, before that is even decompressed. */
export function blockWith({ blocklist, conformance, watch }: Needs) {
  const count = countWith({ conformance, watch })

  /**
   * Counts a request that is turned away as one.
   * @returns what tells of each of its items whether its sender is blocked with it; undefined where it is with none
   * @throws {AppError} `blocked`
   * @throws {StorageError} when it cannot be told: then nothing of it may be kept
   */
  return async function block(
    { tenantId, sourceId, server, from = server.ip }: Sender,
    origin: Origin,
  ): Promise<SenderVerdicts | undefined> {
    const found = await blocklist?.sender({ tenantId, sourceId, ip: from }).catch(ungoverned)
    const verdicts = found?.isConcerned ? found : undefined
    if (verdicts?.always?.action !== 'DROP') return verdicts
    const { rule } = verdicts.always
    const withheld = [{ rule, count: 1 }]
    count(origin, { stored: [], refused: [], withheld, counted: [] })
    throw refusalOfBlocked(verdicts.always, { withheld })
  }
}
