import { type AuditTrail, OPERATOR } from '../audit/trail'

/** Puts into the trail of a tenant what somebody did by a command on the machine, without a key. */
export function operatorOf(tenantId: string) {
  return async function audit(
    file: { audit: Pick<AuditTrail, 'append'> },
    action: string,
    target: string,
    details?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await file.audit.append(tenantId, { action, by: OPERATOR, target, details })
  }
}
