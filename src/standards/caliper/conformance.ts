import { AppError } from '../../error/app-error'
import type { Kind } from '../../event/record'
import type { JsonElement } from '../../syntax/json-elements'
import { finish, type Steps } from '../../syntax/steps'
import { type Finding, toFinding } from './check/departure'
import { checkEnvelope } from './check-envelope'
import { checkItem } from './check-item'
import { isAbsent, type Path } from './finding'
import { kindOf, refuse } from './gate'
import { isNode } from './node'
import { openingBody, versionOf } from './parse'
import { type CaliperVersion, contextVersion } from './version'

export type { Finding }

/** What the text of the standard has to say about a request body. */
export interface ConformanceReport {
  /** No errors; warnings do not count. */
  valid: boolean
  eventCount: number
  entityCount: number
  /** A MUST that is not kept. */
  errors: Finding[]
  /** A SHOULD. */
  warnings: Finding[]
}

// Nobody reads more, and whoever may ask for a report without a key must not make us write books.
export const MAX_LISTED = 1000

/** Checks a whole body and never throws: what is not even an envelope is reported like the rest. */
export function* checkingCaliper(text: string): Steps<ConformanceReport> {
  const report: ConformanceReport = {
    valid: true,
    eventCount: 0,
    entityCount: 0,
    errors: [],
    warnings: [],
  }
  function take(findings: Finding[]): void {
    for (const finding of findings) {
      list(finding.severity === 'error' ? report.errors : report.warnings, finding)
    }
  }
  try {
    const { value, items } = yield* openingBody(text)
    const version = statedVersion(value)
    take(checkEnvelope(value, items?.length, version ?? versionByItems(items)))
    for (const [index, item] of items?.entries() ?? []) {
      const kind = itemKind(item.value)
      if (kind === 'event') report.eventCount += 1
      else report.entityCount += 1
      if (report.errors.length <= MAX_LISTED) take(checkElement(item, version, ['data', index]))
      yield
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    take(thrown.errors.map((issue) => ({ ...issue, severity: 'error' })))
  }
  return { ...report, valid: report.errors.length === 0 }
}

/** As `checkingCaliper`, in one go. */
export function checkCaliper(text: string): ConformanceReport {
  return finish(checkingCaliper(text))
}

/**
 * The version of an envelope: what its `dataVersion` says, or the newest where nobody knows that.
 * @returns undefined without one, which is right in 1.0 alone
 */
export function statedVersion(envelope: unknown): CaliperVersion | undefined {
  const dataVersion = isNode(envelope) ? envelope.dataVersion : undefined
  return isAbsent(dataVersion) ? undefined : (contextVersion(dataVersion) ?? '1.2')
}

/** Of 1.0 when all its items are. */
function versionByItems(items: readonly JsonElement[] = []): CaliperVersion {
  const versions = items.map(({ value }) =>
    isNode(value) ? versionOf(value, { version: undefined }) : '1.2',
  )
  return versions.length > 0 && versions.every((version) => version === '1.0') ? '1.0' : '1.2'
}

/** Whether an item counts as an event; what is no object does. */
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
): Finding[] {
  const kind = itemKind(item)
  const refusals = (refuse(item, text, kind, 0) ?? []).map(
    ({ path, ...issue }): Finding => ({
      ...issue,
      path: [...place, ...path.slice(2)], // of an envelope's first item
      severity: 'error',
    }),
  )
  // What is nested beyond any limit is not walked.
  if (!isNode(item) || refusals.some(({ code }) => code === 'too_deep')) return refusals
  const departures = checkItem(item, kind, versionOf(item, { version }))
  const own = departures.map((departure) => toFinding(departure, place))
  const said = new Set(own.map(placeOf))
  return [...own, ...refusals.filter((one) => !said.has(placeOf(one)))]
}

/** The gate speaks of `type` where 1.0 has `@type`. */
function placeOf({ path }: Finding): string {
  return path.join().replace('@', '')
}

function list(findings: Finding[], finding: Finding): void {
  if (findings.length < MAX_LISTED) findings.push(finding)
  else if (findings.length === MAX_LISTED) {
    const message = `More than ${MAX_LISTED}; the rest is not listed`
    findings.push({ path: [], message, code: 'too_many', severity: finding.severity })
  }
}
