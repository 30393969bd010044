import type { JsonElement } from '../../syntax/json-elements'
import type { ReportedIssue } from '../standard'
import { refuse } from './gate'

/** Reports what is against an event: whatever its gate refuses, since nothing else is asked of one. */
export function checkNative({ value, text }: JsonElement): ReportedIssue[] {
  return (refuse(value, text, []) ?? []).map((issue) => ({ ...issue, severity: 'error' }))
}
