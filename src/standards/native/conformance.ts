import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { createListing } from '../../error/listing'
import type { TypesInForce } from '../../event/event-type'
import type { ReadItem, Reading } from '../../event/reading'
import type { JsonElement } from '../../syntax/json-elements'
import type { Steps } from '../../syntax/steps'
import type { ConformanceReport, ReportedIssue } from '../standard'
import { readingNativeMessage } from './message'
import { readNative } from './parse'

/**
 * Checks a body of events, one value or one a line, and never throws. There is no text of a standard
 * here: an error is what costs an item its place among the events, or a member its place in the record,
 * or what the schema of its type forbids.
 * @param types left out, no type is asked for
 */
export function* checking(
  text: string,
  context: Record<string, string> = {},
  types?: TypesInForce,
): Steps<ConformanceReport> {
  const [errors, warnings] = [createListing('error'), createListing('warning')]
  let eventCount = 0
  try {
    const receivedAt = new Date().toISOString()
    const reading = yield* readingNativeMessage(text, { receivedAt, context, types })
    for (const item of reading.items) {
      eventCount += 1
      for (const issue of issuesOf(item, reading)) {
        ;(issue.severity === 'error' ? errors : warnings).take(issue)
      }
      yield
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    for (const issue of thrown.errors) errors.take({ ...issue, severity: 'error' })
  }
  const report = {
    valid: errors.issues.length === 0,
    eventCount,
    entityCount: 0,
    errors: errors.issues,
    warnings: warnings.issues,
  }
  if (!errors.isCut() && !warnings.isCut()) return report
  const counts = { errors: errors.counts(), warnings: warnings.counts() }
  return { ...report, truncated: true, counts }
}

function issuesOf(item: ReadItem, { explain, notice }: Reading): ReportedIssue[] {
  if ('errors' in item) return item.errors.map(asError)
  const { event, index } = item
  const departures = event.conformant ? [] : (explain?.(event.raw, index) ?? [])
  const notices = notice?.(event, index) ?? []
  return [
    ...departures.map(asError),
    ...notices.map((issue): ReportedIssue => ({ ...issue, severity: 'warning' })),
  ]
}

function asError(issue: Issue): ReportedIssue {
  return { ...issue, severity: 'error' }
}

let ours: TypesInForce | undefined

/** Loads our own types, by which `checkNative` checks. */
export async function loadTypes(): Promise<void> {
  const { typesInForce } = await import('./types/in-force')
  ours ??= typesInForce({ own: [], order: [], unknownTypes: 'accept' })
}

/** Reports what is against an event, as `checking` does. */
export function checkNative({ text }: JsonElement): ReportedIssue[] {
  const by = { receivedAt: new Date().toISOString(), context: {}, types: ours }
  // In an array, so that whatever it is, it is one item.
  const reading = readNative(`[${text}]`, by)
  return reading.items
    .flatMap((item) => issuesOf(item, reading))
    .map((issue) => ({ ...issue, path: issue.path.slice(1) }))
}
