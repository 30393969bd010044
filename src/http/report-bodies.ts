import { createListing } from '../error/listing'
import type { TypesInForce } from '../event/event-type'
import { questionIssue, type UnwrappedBody, unwrapBodies } from '../ingest/unwrapped-bodies'
import type { Lease } from '../memory/budget'
import type { ConformanceReport, ReportedIssue, Standard } from '../standards/standard'
import type { Steps } from '../syntax/steps'

interface Needs {
  standard: Pick<Standard, 'split' | 'report' | 'reportBare' | 'onRefusal'>
  /** The context is as `Standard.report` has it. */
  context?: Record<string, string> | undefined
  types?: TypesInForce | undefined
  lease: Lease
  maxBytes: number
  /** Does the steps in turns with others. */
  run<Result>(steps: Steps<Result>): Promise<Result>
}

/**
 * Reports on whatever the standard's address takes: one body, an array of them, or a wrapper around
 * them. Paths of several begin with the place of the body, as in a receipt.
 * @throws {AppError} `too_large`
 */
export async function reportBodies(text: string, needs: Needs): Promise<ConformanceReport> {
  const { standard } = needs
  const own = await reportOf({ text }, needs, standard.report!)
  const isReadable = own.valid || own.eventCount + own.entityCount > own.errors.length
  if (isReadable || standard.onRefusal === 'request') return own
  if (own.eventCount + own.entityCount > MOST_REFUSED) return own
  const found = await unwrapBodies(text, needs)
  if (found === undefined) return own
  if ('question' in found) return refusing([questionIssue(found)])
  const reports = []
  for (const body of found.bodies)
    reports.push(await reportOf(body, needs, standard.reportBare ?? standard.report!))
  const report = joined(reports)
  const message = `The events stood in a wrapper (${found.wrapper}), which was taken off; it carried ${found.bodies.length} bodies`
  const notes = [{ path: [], message, code: 'unwrapped' }, ...found.notes]
  return { ...report, warnings: [...notes.map(asWarning), ...report.warnings] }
}

// A wrapper that is taken for a body is one item, or as many as it has messages; none has a good one.
const MOST_REFUSED = 6_000

async function reportOf(
  body: UnwrappedBody,
  { standard, context, types, run }: Needs,
  report: NonNullable<Standard['report']>,
): Promise<ConformanceReport> {
  if ('unreadable' in body) return refusing(body.unreadable.errors)
  const texts = standard.split && (await run(standard.split(body.text)))
  const reports = []
  for (const one of texts ?? [body.text]) reports.push(await run(report(one, context, types)))
  return texts === undefined ? reports[0]! : joined(reports)
}

function refusing(issues: readonly Omit<ReportedIssue, 'severity'>[]): ConformanceReport {
  const errors = issues.map((issue) => ({ ...issue, severity: 'error' as const }))
  return { valid: false, eventCount: 0, entityCount: 0, errors, warnings: [] }
}

function joined(reports: readonly ConformanceReport[]): ConformanceReport {
  const [errors, warnings] = [createListing('error'), createListing('warning')]
  let [eventCount, entityCount, isCut] = [0, 0, false]
  for (const [place, report] of reports.entries()) {
    eventCount += report.eventCount
    entityCount += report.entityCount
    isCut ||= report.truncated === true
    for (const issue of report.errors) errors.take({ ...issue, path: [place, ...issue.path] })
    for (const issue of report.warnings) warnings.take({ ...issue, path: [place, ...issue.path] })
  }
  const lists = { errors: errors.issues, warnings: warnings.issues }
  const report = { valid: errors.issues.length === 0, eventCount, entityCount, ...lists }
  if (!isCut && !errors.isCut() && !warnings.isCut()) return report
  const counts = { errors: errors.counts(), warnings: warnings.counts() }
  return { ...report, truncated: true, counts }
}

/** Nothing of the standard is against what was recognised of a body, but its sender should know. */
export function asWarning(note: Omit<ReportedIssue, 'severity'>): ReportedIssue {
  return { ...note, severity: 'warning' }
}
