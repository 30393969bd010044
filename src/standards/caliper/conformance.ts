import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import type { Kind } from '../../event/record'
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

// Nobody reads more, and whoever may ask for a report without a key must not make us write books.
const MAX_LISTED = 1000

/** Checks a whole body and never throws: what is not even an envelope is reported like the rest. */
export function checkCaliper(text: string): ConformanceReport {
  const errors: Issue[] = []
  const warnings: Issue[] = []
  const add = ({ severity, ...issue }: Finding) => {
    list(severity === 'error' ? errors : warnings, issue)
  }
  let counts = { eventCount: 0, entityCount: 0 }
  try {
    const { value, items } = openBody(text)
    checkEnvelope(value, items, isEarly(items)).forEach(add)
    const dataVersion = isNode(value) ? value.dataVersion : undefined
    counts = checkItems(items ?? [], dataVersion, (found) => {
      found.forEach(add)
      return errors.length <= MAX_LISTED
    })
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    errors.push(...thrown.errors)
  }
  return { valid: errors.length === 0, ...counts, errors, warnings }
}

function list(issues: Issue[], issue: Issue): void {
  const message = `More than ${MAX_LISTED}; the rest is not listed`
  if (issues.length < MAX_LISTED) issues.push(issue)
  else if (issues.length === MAX_LISTED) issues.push({ path: [], message, code: 'too_many' })
}

/** @param report takes what was found in an item; false when it wants no more */
function checkItems(
  items: readonly JsonElement[],
  dataVersion: unknown,
  report: (found: Finding[]) => boolean,
) {
  // Of an unknown version, which the envelope's check has reported, the newest is supposed.
  const supposed: CaliperVersion = isAbsent(dataVersion) ? '1.0' : '1.2'
  const envelope = { version: contextVersion(dataVersion) ?? supposed }
  let eventCount = 0
  let isWanted = true
  items.forEach(({ value: item, text }, index) => {
    const kind = isNode(item) ? kindOf(item) : 'event'
    if (kind === 'event') eventCount += 1
    if (!isWanted) return

    const found: Finding[] = []
    if (isNode(item)) checkItem(item, kind, versionOf(item, envelope), index, found)
    isWanted = report([...found, ...refusals(item, text, kind, index, found)])
  })
  return { eventCount, entityCount: items.length - eventCount }
}

/** Why the gate would refuse the item, where the standard has not said so of the same place. */
function refusals(item: unknown, text: string, kind: Kind, index: number, own: Finding[]) {
  const issues = refuse(item, text, kind, index) ?? []
  const said = new Set(own.map(({ path }) => path.join()))
  const unsaid = issues.filter(({ path }) => !said.has(path.join()))
  return unsaid.map((issue): Finding => ({ ...issue, severity: 'error' }))
}

/** Envelopes of 1.0 have no `dataVersion`; that it is 1.0 only the items can say. */
function isEarly(items: readonly JsonElement[] = []): boolean {
  const versions = items.map(({ value }) => isNode(value) && itemVersion(value['@context']))
  return versions.length > 0 && versions.every((version) => version === '1.0')
}
