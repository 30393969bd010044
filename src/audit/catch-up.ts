import type { Tenants } from '../platform/registry/tenants'
import type { Log } from '../telemetry/log'
import type { AuditTrail } from './trail'

interface Needs {
  audit: Pick<AuditTrail, 'catchUp'>
  tenants: Pick<Tenants, 'list'>
  log: Log
}

/** Brings into the lake what commands beside a server, or a process that died, left behind. */
export async function catchUpAll({ audit, tenants, log }: Needs): Promise<void> {
  try {
    for (const { tenantId } of await tenants.list()) await audit.catchUp(tenantId)
  } catch (error) {
    log.warn('audit trails come into the lake later', { reason: (error as Error).message })
  }
}
