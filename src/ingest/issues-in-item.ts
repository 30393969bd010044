import type { Issue } from '../error/issue'
import type { QuarantinedItem } from '../platform/quarantine-store'
import { standardNamed } from '../standards'

/** An issue of what is in quarantine has its path from the root of the text that is kept there. */
export interface IssueInItem extends Issue {
  /** The path as JSON Pointer (RFC 6901), which a patch can have. */
  pointer: string
}

/**
 * Leads to each place from the root of the item, where the receipt of its request led from the root
 * of the body. Issues of a whole body lead from its root already.
 */
export function issuesInItem(
  { scope, standard, index }: Pick<QuarantinedItem, 'scope' | 'standard' | 'index'>,
  errors: readonly Issue[],
): IssueInItem[] {
  const place = scope === 'item' ? standardNamed(standard)?.idPath(index).slice(0, -1) : undefined
  return errors.map((issue) => {
    const path = without(place ?? [], issue.path)
    return { ...issue, path, pointer: pointerTo(path) }
  })
}

function without(place: Issue['path'], path: Issue['path']): Issue['path'] {
  return place.every((step, i) => path[i] === step) ? path.slice(place.length) : path
}

/** Writes `~` and `/` as RFC 6901, section 3, has it. */
function pointerTo(path: Issue['path']): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
