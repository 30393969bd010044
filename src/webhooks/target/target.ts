import { AppError } from '../../error/app-error'
import type { Guard } from '../../outbound/guard'
import type { Tenant } from '../../platform/registry/tenants'
import { isAtHost } from './hosts'

type FindTenant = (tenantId: string) => Promise<Pick<Tenant, 'webhookHosts'> | undefined>

/**
 * Checks a target that someone enters for a webhook of a tenant.
 * @throws {AppError} `invalid_target`, naming the rule
 */
export type CheckTarget = (tenantId: string, targetUrl: string) => Promise<void>

export function createCheckTarget(needs: {
  guard: Pick<Guard, 'checkPosted'>
  findTenant: FindTenant
  config: { environment: 'production' | 'development' }
}): CheckTarget {
  const { guard, findTenant, config } = needs
  const refuse = createRefuseTarget({ findTenant })

  return async function checkTarget(tenantId, targetUrl) {
    await guard.checkPosted(targetUrl, { mayBePlain: config.environment === 'development' })
    const message = await refuse(tenantId, targetUrl)
    if (message === undefined) return
    throw new AppError('invalid_target', message, {
      errors: [{ path: ['targetUrl'], message, code: 'host_not_allowed' }],
    })
  }
}

/**
 * Asks, before each call too, whether a tenant's webhooks may go to a host.
 * @returns why not; undefined when they may
 */
export type RefuseTarget = (tenantId: string, targetUrl: string) => Promise<string | undefined>

export function createRefuseTarget({ findTenant }: { findTenant: FindTenant }): RefuseTarget {
  return async function refuseTarget(tenantId, targetUrl) {
    const hosts = (await findTenant(tenantId))?.webhookHosts
    if (hosts === undefined || isAtHost(hosts, targetUrl)) return undefined
    const host = URL.parse(targetUrl)?.hostname
    return `${host} is not among the hosts that webhooks of this tenant may call: ${hosts.join(', ')}`
  }
}
