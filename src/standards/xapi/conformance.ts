import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { createListing } from '../../error/listing'
import { parsingItems, parsingJson, withoutByteOrderMark } from '../../event/json-body'
import type { JsonElement } from '../../syntax/json-elements'
import { finish, type Steps } from '../../syntax/steps'
import type { ConformanceReport, ReportedIssue } from '../standard'
import { refuse } from './gate'
import { isNode, type Node, textAt } from './node'
import { recommendationsFor } from './recommendations'
import { specOf } from './sections'
import { versionIn, type XapiVersion } from './version'

/**
 * Checks a whole body and never throws: what is not even JSON is reported like the rest. An error is
 * what a record store refuses; a warning is what the text recommends otherwise.
 * @param context of the request; without a version, each statement is read by its own, and one that
 * names none by 2.0, which knows everything that 1.0.3 does
 */
export function* checking(
  text: string,
  context?: Record<string, string>,
): Steps<ConformanceReport> {
  const [errors, warnings] = [createListing('error'), createListing('warning')]
  let eventCount = 0
  try {
    const repeated = repeatsIn()
    const { elements, isAlone } = yield* statementsIn(text)
    for (const element of elements) {
      const place = isAlone ? [] : [eventCount]
      eventCount += 1
      const issues = [...checkStatement(element, place, context), ...repeated(element, place)]
      for (const issue of issues) {
        if (issue.severity === 'error') errors.take(issue)
        else warnings.take(issue)
      }
      yield
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    for (const issue of thrown.errors) errors.take({ ...issue, severity: 'error' })
  }
  const lists = { errors: errors.issues, warnings: warnings.issues }
  const report = { valid: errors.issues.length === 0, eventCount, entityCount: 0, ...lists }
  if (!errors.isCut() && !warnings.isCut()) return report
  const counts = { errors: errors.counts(), warnings: warnings.counts() }
  return { ...report, truncated: true, counts }
}

/** Does the same as `checking`, in one go. */
export function checkXapi(text: string, context?: Record<string, string>): ConformanceReport {
  return finish(checking(text, context))
}

/** Takes a body apart as `readingXapi` does. */
function* statementsIn(text: string): Steps<{ elements: JsonElement[]; isAlone: boolean }> {
  const body = withoutByteOrderMark(text)
  const parts = yield* parsingItems(body)
  if (parts !== undefined) return { elements: parts.elements, isAlone: false }
  return { elements: [{ value: yield* parsingJson(body), text: body }], isAlone: true }
}

/**
 * Checks one statement alone.
 * @param place of the statement, before the paths within it
 * @param context as `checking` has it
 */
export function checkStatement(
  { value, text }: JsonElement,
  place: Issue['path'],
  context?: Record<string, string>,
): ReportedIssue[] {
  const version = context?.version === undefined ? versionOf(value) : versionIn(context)
  const errors = refuse(value, text, version, place)
  if (errors === undefined) return recommendationsFor(value as Node, version, place)
  return errors.map((issue) => ({ ...issue, severity: 'error' }))
}

/** Makes a function that tells whether a statement has the id of one before it in the batch. */
function repeatsIn() {
  const ids = new Set<string>()
  return function repeated({ value }: JsonElement, place: Issue['path']): ReportedIssue[] {
    const id = isNode(value) ? textAt(value, 'id')?.toLowerCase() : undefined
    if (id === undefined) return []
    if (!ids.has(id)) {
      ids.add(id)
      return []
    }
    const message = 'Another statement of this batch has the same id'
    const spec = specOf('id', versionOf(value))
    return [{ path: [...place, 'id'], message, code: 'duplicate_id', spec, severity: 'error' }]
  }
}

function versionOf(value: unknown): XapiVersion {
  const version = isNode(value) ? textAt(value, 'version') : undefined
  return version?.startsWith('1.') ? '1.0.3' : '2.0.0'
}
