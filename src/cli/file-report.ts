import { checkEnvelope } from '../standards/caliper/check-envelope'
import { checkElement, itemKind, statedVersion } from '../standards/caliper/conformance'
import { type CaliperVersion, itemVersion, versionByForm } from '../standards/caliper/version'
import { formOf } from '../standards/forms'
import type { FileForm, ReportedIssue } from '../standards/standard'
import { findFault } from '../syntax/json-fault'
import { supposed } from './file-standards'
import { columnOf, linesBetween, offsetOf } from './locate'
import {
  type EnvelopeRest,
  type ParsedItem,
  type ParsedPiece,
  SplitError,
  stepsText,
} from './piece'
import { createTally, type Tally } from './tally'

/** A placed issue says where in the file its item stands. */
export interface Placed extends ReportedIssue {
  place: string
  /** The value is written at this place, or the object that misses it begins there. */
  line: number
  column: number
}

export interface FileReport {
  file: string
  valid: boolean
  eventCount: number
  entityCount: number
  errorCount: number
  warningCount: number
  /** The counts tell how often each code was found, by severity and code: `error required`. */
  counts: Record<string, number>
  /** The list has the first thousand of each code. */
  errors: Placed[]
  warnings: Placed[]
}

const { isDocument } = supposed

// A report of the server lists as many; a person who has more mends these first.
const MAX_LISTED = 1000

/** Gathers the issues of a file, piece by piece. */
export function createFileReport(
  file: string,
  formFor: (value: unknown) => FileForm = (value) => formOf(value) ?? supposed,
) {
  const tally: Tally = createTally()
  const report: FileReport = {
    file,
    valid: true,
    eventCount: 0,
    entityCount: 0,
    errorCount: 0,
    warningCount: 0,
    counts: {},
    errors: [],
    warnings: [],
  }
  /** These items wait: only their envelope can tell their version, and it may do so at its end. */
  let waiting: ParsedItem[] = []
  /** This is true while all items of the envelope are of 1.0. */
  let isEarly = true

  /** @throws {SplitError} when the piece is not JSON */
  function take(piece: ParsedPiece): void {
    if (piece.kind === 'envelope') {
      tally.take(piece, supposed)
      takeEnvelope(piece)
      return
    }
    const form = formFor(piece.value)
    tally.take(piece, form)
    if (form.check === undefined) {
      takeCaliper(piece)
      return
    }
    report.eventCount += 1
    for (const issue of form.check(piece)) place(issue, piece)
  }

  function takeCaliper(item: ParsedItem): void {
    const { value } = item
    if (item.steps.length === 0 && isDocument(value)) {
      const found = checkEnvelope(value, undefined, statedVersion(value) ?? '1.2')
      for (const issue of found) place(issue, item)
      return
    }
    if (itemKind(value) === 'event') report.eventCount += 1
    else report.entityCount += 1
    const version = isObject(value) ? itemVersion(value['@context']) : undefined
    const isInEnvelope = item.steps.includes('data')
    if (isInEnvelope) isEarly &&= (version ?? versionOf(value)) === '1.0'
    if (isInEnvelope && version === undefined) waiting.push(item)
    else check(item, undefined)
  }

  function takeEnvelope(envelope: EnvelopeRest): void {
    const { in: own, head, tail, tailLine, size } = envelope
    const text = head + tail
    const value = parse(text, own)
    const version = statedVersion(value)
    const supposed = isEarly && size > 0 ? '1.0' : '1.2'
    for (const issue of checkEnvelope(value, size, version ?? supposed)) {
      const at = offsetOf(text, issue.path)
      const isBefore = at < head.length
      const line = isBefore
        ? own.line + linesBetween(text, 0, at)
        : tailLine + linesBetween(text, head.length, at)
      add({ ...issue, place: placeOf(envelope), line, column: columnOf(text, at, 1) })
    }
    for (const item of waiting) check(item, version)
    waiting = []
    isEarly = true
  }

  function check(item: ParsedItem, version: CaliperVersion | undefined): void {
    for (const issue of checkElement(item, version, [])) place(issue, item)
  }

  function place(issue: ReportedIssue, item: ParsedItem): void {
    const { text, line, column } = item
    const at = offsetOf(text, issue.path)
    const where = { line: line + linesBetween(text, 0, at), column: columnOf(text, at, column) }
    add({ ...issue, place: placeOf(item), ...where })
  }

  function add(placed: Placed): void {
    const isError = placed.severity === 'error'
    if (isError) report.errorCount += 1
    else report.warningCount += 1
    const key = `${placed.severity} ${placed.code}`
    const count = (report.counts[key] ?? 0) + 1
    report.counts[key] = count
    if (count <= MAX_LISTED) (isError ? report.errors : report.warnings).push(placed)
  }

  function placeOf({ in: own, steps }: Pick<ParsedItem, 'in' | 'steps'>): string {
    return `${own.document === 0 ? file : `${file}:${own.line}`}${stepsText(steps)}`
  }

  return {
    take,
    itemCount: () => report.eventCount + report.entityCount,
    /** Says what the file was taken for. */
    text: tally.text,
    done: (): FileReport => ({ ...report, valid: report.errorCount === 0 }),
  }
}

function parse(text: string, { document, line }: EnvelopeRest['in']): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The fault is in the head or the tail: between them stood items, of which lines are not counted.
    const fault = findFault(text)
    const message = `${fault?.message} in an envelope: ${fault?.around}`
    throw new SplitError(message, { document, line, column: 1 })
  }
}

function versionOf(value: unknown): CaliperVersion {
  return isObject(value) ? versionByForm(value) : '1.2'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
