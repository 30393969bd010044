import { canonicalJson } from '../syntax/canonical-json'

/** Whether two items say the same: as JSON, so order of keys and white space do not count. */
export function sameContent(a: string, b: string): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b)
}
