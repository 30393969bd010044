import type { EventType } from '../../event/event-type'
import type { Principal } from '../../identity/principal'
import { readOwnTypes } from '../../ingest/own-types'
import { typesInOrder } from '../../standards/native/types/listing'
import { requireKey } from '../authenticate'
import type { AppContext, AppDeps } from '../context'
import { inHeader } from '../credentials'

/** Admits everybody; whoever shows a key has to be known by it. @throws {AppError} `unauthenticated` */
export async function anybody(c: AppContext): Promise<Principal | undefined> {
  return inHeader.read(c) === undefined ? undefined : requireKey(c)
}

/** Lists the types that are in force for a caller's source; without a key, all of ours. */
export async function typesFor(
  { platform, services }: AppDeps,
  principal: Principal | undefined,
): Promise<ReadonlyMap<string, EventType>> {
  if (principal === undefined) return typesInOrder([], [])
  const { tenantId, sourceId } = principal
  const [own, source, tenant] = await Promise.all([
    readOwnTypes(platform.documents, tenantId),
    services.findSource(tenantId, sourceId),
    services.findTenant(tenantId),
  ])
  return typesInOrder(own, [...(source?.vocabularies ?? []), ...(tenant?.vocabularies ?? [])])
}
