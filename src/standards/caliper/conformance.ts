import { AppError } from '../../error/app-error'
import { createListing } from '../../error/listing'
import type { Kind } from '../../event/record'
import type { JsonElement } from '../../syntax/json-elements'
import { finish, type Steps } from '../../syntax/steps'
import type { ConformanceReport, ReportedIssue } from '../standard'
import { toIssue } from './check/found-issue'
import { checkEnvelope } from './check-envelope'
import { checkItem } from './check-item'
import { kindOf, refuse } from './gate'
import { isAbsent, type Path } from './issues'
import { isNode } from './node'
import { openingBody, versionOf } from './parse'
import { type CaliperVersion, contextVersion } from './version'

/** Checks a whole body and never throws: what is not even an envelope is reported like the rest. */
export function* checking(text: string): Steps<ConformanceReport> {
  const counts = { eventCount: 0, entityCount: 0 }
  const [errors, warnings] = [createListing('error'), createListing('warning')]
  function take(issues: Iterable<ReportedIssue>): void {
    for (const issue of issues) {
      if (issue.severity === 'error') errors.take(issue)
      else warnings.take(issue)
    }
  }
  try {
    const { value, items } = yield* openingBody(text)
    const version = statedVersion(value)
    take(checkEnvelope(value, items?.length, version ?? versionByItems(items)))
    for (const [index, item] of items?.entries() ?? []) {
      const kind = itemKind(item.value)
      if (kind === 'event') counts.eventCount += 1
      else counts.entityCount += 1
      take(checkElement(item, version, ['data', index]))
      yield
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    take(thrown.errors.map((issue) => ({ ...issue, severity: 'error' })))
  }
  const valid = errors.issues.length === 0
  const lists = { errors: errors.issues, warnings: warnings.issues }
  if (!errors.isCut() && !warnings.isCut()) return { valid, ...counts, ...lists }
  const all = { errors: errors.counts(), warnings: warnings.counts() }
  return { valid, ...counts, ...lists, truncated: true, counts: all }
}

/** Does the same as `checking`, in one go. */
export function checkCaliper(text: string): ConformanceReport {
  return finish(checking(text))
}

/**
 * The version of an envelope: what its `dataVersion` says, or the newest where nobody knows that.
 * @returns undefined without one, which is right in 1.0 alone
 */
export function statedVersion(envelope: unknown): CaliperVersion | undefined {
  const dataVersion = isNode(envelope) ? envelope.dataVersion : undefined
  return isAbsent(dataVersion) ? undefined : (contextVersion(dataVersion) ?? '1.2')
}

/** Takes an envelope as 1.0 when all its items are. */
function versionByItems(items: readonly JsonElement[] = []): CaliperVersion {
  const versions = items.map(({ value }) =>
    isNode(value) ? versionOf(value, { version: undefined }) : '1.2',
  )
  return versions.length > 0 && versions.every((version) => version === '1.0') ? '1.0' : '1.2'
}

/** Tells whether an item counts as an event or an entity; what is no object is an event. */
export function itemKind(item: unknown): Kind {
  return isNode(item) ? kindOf(item) : 'event'
}

/**
 * Checks one item: what the standard says, and what the gate would refuse it for where the standard
 * has not said so of the same place.
 * @param version of what stands around it, if that says
 * @param place of the item, before the paths within it
 */
export function checkElement(
  { value: item, text }: JsonElement,
  version: CaliperVersion | undefined,
  place: Path,
): ReportedIssue[] {
  const kind = itemKind(item)
  const refusals = (refuse(item, text, kind, 0) ?? []).map(
    ({ path, ...issue }): ReportedIssue => ({
      ...issue,
      path: [...place, ...path.slice(2)], // of an envelope's first item
      severity: 'error',
    }),
  )
  // The check does not walk an item that is nested too deep.
  if (!isNode(item) || refusals.some(({ code }) => code === 'too_deep')) return refusals
  const found = checkItem(item, kind, versionOf(item, { version }))
  const own = found.map((issue) => toIssue(issue, place))
  const said = new Set(own.map(placeOf))
  return [...own, ...refusals.filter((one) => !said.has(placeOf(one)))]
}

/** The gate speaks of `type` where 1.0 has `@type`. */
function placeOf({ path }: ReportedIssue): string {
  return path.join().replace('@', '')
}
