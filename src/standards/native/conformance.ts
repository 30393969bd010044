import { AppError } from '../../error/app-error'
import { createListing } from '../../error/listing'
import type { JsonElement } from '../../syntax/json-elements'
import type { Steps } from '../../syntax/steps'
import type { ConformanceReport, ReportedIssue } from '../standard'
import { refuse } from './gate'
import { readingNativeMessage } from './message'

/**
 * Checks a body of events, one value or one a line, and never throws. There is no text of a standard
 * here: an error is what costs an item its place among the events.
 */
export function* checking(text: string): Steps<ConformanceReport> {
  const errors = createListing('error')
  let eventCount = 0
  try {
    const { items } = yield* readingNativeMessage(text, {
      receivedAt: new Date().toISOString(),
      context: {},
    })
    for (const item of items) {
      eventCount += 1
      if (!('errors' in item)) continue
      for (const issue of item.errors) errors.take({ ...issue, severity: 'error' })
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

/** Reports what is against an event: whatever its gate refuses, since nothing else is asked of one. */
export function checkNative({ value, text }: JsonElement): ReportedIssue[] {
  return (refuse(value, text, []) ?? []).map((issue) => ({ ...issue, severity: 'error' }))
}
