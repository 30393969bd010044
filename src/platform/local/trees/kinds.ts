import { type RetentionClass, retentionClasses } from '../../../event/record'

/** A leaf's kind in a number of 32 bits: two for the class, one for whose text it is, the rest for days. */
export interface Kind {
  retentionClass: RetentionClass
  of: 'sent' | 'kept'
  /** Its sender asked that it is kept for so many days. */
  retentionDays?: number | undefined
}

const KEPT = 4
const DAYS = 8
// Days beyond these, more than sixty thousand years, are as good as none.
const MAX_DAYS = 2 ** 24 - 1

export function packKind(
  retentionClass: RetentionClass,
  retentionDays: number | undefined,
  of: Kind['of'],
): number {
  const place = retentionClasses.indexOf(retentionClass)
  const kept = of === 'kept' ? KEPT : 0
  if (retentionDays === undefined) return kept + place
  const days = retentionDays > MAX_DAYS ? 0 : Math.max(0, Math.ceil(retentionDays))
  return days * 2 ** DAYS + kept + place
}

export function unpackKind(packed: number): Kind {
  const days = Math.floor(packed / 2 ** DAYS)
  return {
    retentionClass: retentionClasses[packed & 3]!,
    of: (packed & KEPT) === 0 ? 'sent' : 'kept',
    ...(days > 0 && { retentionDays: days }),
  }
}
