import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import type { JsonElement } from '../../syntax/json-elements'
import { checkEnvelope } from './check-envelope'
import { checkItem } from './check-item'
import { type Finding, isAbsent } from './finding'
import { kindOf, refuse } from './gate'
import { isNode } from './node'
import { openBody, versionOf } from './parse'
import { type CaliperVersion, contextVersion, itemVersion } from './version'

/** What the text of the standard has to say about a request body. */
export interface ConformanceReport {
  /** No errors; warnings do not count. */
  valid: boolean
  eventCount: number
  entityCount: number
  /** A MUST that is not kept. */
  errors: Issue[]
  /** A SHOULD. */
  warnings: Issue[]
}

/** Checks a whole body and never throws: what is not even an envelope is reported like the rest. */
export function checkCaliper(text: string): ConformanceReport {
  const report: ConformanceReport = {
    valid: true,
    eventCount: 0,
    entityCount: 0,
    errors: [],
    warnings: [],
  }
  const found: Finding[] = []
  try {
    const { value, items } = openBody(text)
    checkEnvelope(value, items, isEarly(items), found)
    checkItems(items ?? [], isNode(value) ? value.dataVersion : undefined, report, found)
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    report.errors.push(...thrown.errors)
  }
  for (const { severity, ...issue } of found) {
    if (severity === 'error') report.errors.push(issue)
    else report.warnings.push(issue)
  }
  report.valid = report.errors.length === 0
  return report
}

/** Envelopes of 1.0 have no `dataVersion`; that it is 1.0 only the items can say. */
function isEarly(items: readonly JsonElement[] = []): boolean {
  const versions = items.map(({ value }) => isNode(value) && itemVersion(value['@context']))
  return versions.length > 0 && versions.every((version) => version === '1.0')
}

function checkItems(
  items: readonly JsonElement[],
  dataVersion: unknown,
  report: ConformanceReport,
  found: Finding[],
): void {
  // Of an unknown version, which the envelope's check has reported, the newest is supposed.
  const supposed: CaliperVersion = isAbsent(dataVersion) ? '1.0' : '1.2'
  const envelope = { version: contextVersion(dataVersion) ?? supposed }
  items.forEach(({ value: item, text }, index) => {
    const kind = isNode(item) ? kindOf(item) : 'event'
    if (kind === 'event') report.eventCount += 1
    else report.entityCount += 1

    const first = found.length
    if (isNode(item)) checkItem(item, kind, versionOf(item, envelope), index, found)
    const said = new Set(found.slice(first).map(({ path }) => path.join()))
    const refusal = refuse(item, text, kind, index) ?? []
    report.errors.push(...refusal.filter(({ path }) => !said.has(path.join())))
  })
}
