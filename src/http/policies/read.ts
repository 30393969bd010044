import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { ANY } from '../../governance/blocklist/blocklist'
import type { PolicyRead } from '../../governance/policy/read'
import { readPolicy } from '../../governance/policy/read'
import { readOwnTypes } from '../../ingest/own-types'
import { typesInOrder } from '../../standards/native/types/listing'
import type { AppDeps } from '../context'

type Read = Exclude<PolicyRead, { policy?: undefined }>

/**
 * Reads a policy that somebody sent, by the types that are registered.
 * @throws {AppError} `invalid_request` with path, value and rule of everything that is wrong
 */
export async function readFor(deps: AppDeps, tenantId: string, value: unknown): Promise<Read> {
  const { platform, services } = deps
  const [own, tenant] = await Promise.all([
    readOwnTypes(platform.documents, tenantId),
    services.findTenant(tenantId),
  ])
  const types = typesInOrder(own, tenant?.vocabularies ?? []).values()
  const read = readPolicy(value, { types })
  if (read.errors === undefined) {
    return { ...read, warnings: [...read.warnings, ...ofOthers(read.policy.blocklist, tenantId)] }
  }
  const { length } = read.errors
  const detail = `It is no policy: ${length === 1 ? 'one thing is' : `${length} things are`} wrong with it.`
  throw new AppError('invalid_request', detail, { errors: read.errors })
}

/** Warns of rules of a blocklist that are for other tenants: here they hold of nobody. */
function ofOthers(blocklist: Read['policy']['blocklist'] = [], tenantId: string): Issue[] {
  return blocklist.flatMap(({ name, when: { tenant } }, at) => {
    if (tenant === undefined || tenant.includes(tenantId) || tenant.includes(ANY)) return []
    const message = `The rule ${name} is for other tenants than ${tenantId}, whose policy this is`
    return [{ path: ['blocklist', at, 'when', 'tenant'], message, code: 'other_tenant' }]
  })
}
