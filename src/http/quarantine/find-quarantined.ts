import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import { reaches, reachOf } from '../../identity/reach'
import type { QuarantinedItem, QuarantineStore } from '../../platform/quarantine-store'
import type { AppContext } from '../context'

/** `/quarantine/replay` is an address of its own, whatever else looks like an id. */
export function isOtherAddress(c: AppContext): boolean {
  return c.req.param('id') === 'replay'
}

/** @throws {AppError} `not_found`, also for what is beyond the reach of whoever asks */
export async function findItem(
  quarantine: Pick<QuarantineStore, 'get'>,
  principal: Principal,
  quarantineId: string,
): Promise<QuarantinedItem> {
  const item = await quarantine.get(principal.tenantId, quarantineId)
  if (item === undefined || !reaches(reachOf(principal), item.sourceId)) throw noSuchItem()
  return item
}

export function noSuchItem(): AppError {
  return new AppError('not_found', 'Nothing of yours is in quarantine under this id.')
}
