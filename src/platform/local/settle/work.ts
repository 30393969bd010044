import { StorageError } from '../../../error/storage-error'
import type { Clock } from '../../clock'
import type { KeptDays, Settlement } from '../../settlement'
import type { LakeRequest, Told } from './requests'

/** Does what a command asks of the lake, in the server or in its own process. */
export function workOnLake(needs: {
  settlement: Settlement
  keptDays: KeptDays
  clock: Pick<Clock, 'now'>
}) {
  const { settlement, keptDays, clock } = needs

  return async function work(
    request: LakeRequest,
    tell: (day: Told) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const onDay = (day: object) => tell({ ...day })
    if (request.kind === 'expire') {
      const { isDryRun } = request
      await settlement.expire(clock.now(), keptDays, { isDryRun, onDay, signal })
    } else {
      await settlement.settle({ until: request.until, onDay, signal })
    }
    if (signal?.aborted) throw new StorageError('it was stopped', { isRetriable: true })
  }
}
