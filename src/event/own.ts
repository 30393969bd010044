import type { EventRecord } from './record'

/** Records of Nonius itself are stamped with this source, which nobody else may have. */
export const OWN_SOURCE = 'nonius'

/** Types of entries of the audit trail begin so. They are types of what is stored, and no notices. */
export const AUDIT_TYPES = 'nonius.audit.'

/** Tells an entry of the audit trail from what was sent. */
export function isAuditRecord({ sourceId, type }: Pick<EventRecord, 'sourceId' | 'type'>): boolean {
  return sourceId === OWN_SOURCE && type.startsWith(AUDIT_TYPES)
}
