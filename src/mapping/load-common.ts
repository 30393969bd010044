import type { StandardName } from '../event/record'
import { asSent, type CommonOf } from './common-words'

/**
 * Loads `commonOf`, with tables that a function which never sees a statement need not read at its
 * start. Caliper needs none.
 */
export async function loadCommonOf(standard: StandardName): Promise<CommonOf> {
  return standard === 'caliper' ? asSent : (await import('./common')).commonOf
}
