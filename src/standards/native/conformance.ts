import { AppError } from '../../error/app-error'
import type { Issue } from '../../error/issue'
import { createListing } from '../../error/listing'
import type { ReadItem, Reading } from '../../event/reading'
import type { JsonElement } from '../../syntax/json-elements'
import type { Steps } from '../../syntax/steps'
import type { ConformanceReport, ReportedIssue } from '../standard'
import { envelopeIssues } from './envelope'
import { refuse } from './gate'
import { readingNativeMessage } from './message'
import { withReadPayload } from './payload'
import { asSent, viewOf } from './view'

/**
 * Checks a body of events, one value or one a line, and never throws. There is no text of a standard
 * here: an error is what costs an item its place among the events, or a member its place in the record.
 */
export function* checking(text: string): Steps<ConformanceReport> {
  const errors = createListing('error')
  let eventCount = 0
  try {
    const { items, explain } = yield* readingNativeMessage(text, {
      receivedAt: new Date().toISOString(),
      context: {},
    })
    for (const item of items) {
      eventCount += 1
      const issues = 'errors' in item ? item.errors : departures(item, explain)
      for (const issue of issues) errors.take({ ...issue, severity: 'error' })
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
    warnings: [],
  }
  if (!errors.isCut()) return report
  return { ...report, truncated: true, counts: { errors: errors.counts(), warnings: {} } }
}

function departures(
  { event, index }: Extract<ReadItem, { event: unknown }>,
  explain: Reading['explain'],
): Issue[] {
  return event.conformant ? [] : (explain?.(event.raw, index) ?? [])
}

/** Reports what is against an event: what its gate refuses, or else what is of the wrong kind. */
export function checkNative({ value, text }: JsonElement): ReportedIssue[] {
  const view = viewOf(value, {})
  const members = withReadPayload(view.members)
  const issues = refuse(members, text, []) ?? envelopeIssues(members as Record<string, unknown>, [])
  return asSent(view, issues, []).map((issue) => ({ ...issue, severity: 'error' }))
}
