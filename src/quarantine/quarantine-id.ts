import { createHash } from 'node:crypto'
import type { QuarantinedItem } from '../platform/quarantine-store'

type Named = Pick<
  QuarantinedItem,
  'tenantId' | 'sourceId' | 'standard' | 'scope' | 'errors' | 'raw'
>

/**
 * The same for the same item from the same source refused for the same reasons, so that a sender
 * that tries again and again fills no store. 128 bits: nobody can aim two items at one id.
 */
export function quarantineId({ tenantId, sourceId, standard, scope, errors, raw }: Named): string {
  const codes = errors.map(({ code }) => code)
  const hash = createHash('sha256')
  hash.update(JSON.stringify([tenantId, sourceId, standard, scope, codes]))
  hash.update(raw)
  return `qua_${hash.digest('hex').slice(0, 32)}`
}
