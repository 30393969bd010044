import { AppError } from '../../error/app-error'
import type { Principal } from '../../identity/principal'
import { reaches, reachOf } from '../../identity/reach'
import type { Scope } from '../../identity/scope'
import type { QuarantinedItem, QuarantineStore } from '../../platform/quarantine-store'
import { requireScope } from '../authenticate'
import type { AppContext } from '../context'

const notIds = new Set(['replay', 'delete'])

/**
 * Asks for a scope, as `requireScope` does, at the address of an item. `/quarantine/replay` and
 * `/quarantine/delete` are addresses of their own, though they look like one with an id.
 */
export function admitToItem(scope: Scope) {
  return async function admit(c: AppContext): Promise<Principal | Response> {
    return notIds.has(c.req.param('id') ?? '') ? c.notFound() : requireScope(c, scope)
  }
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
