import { checkEnvelope } from '../standards/caliper/check-envelope'
import { checkElement, itemKind, statedVersion } from '../standards/caliper/conformance'
import { caliperFiles } from '../standards/caliper/files'
import { type CaliperVersion, itemVersion, versionByForm } from '../standards/caliper/version'
import type { ReportedIssue } from '../standards/standard'
import { checkStatement } from '../standards/xapi/conformance'
import { isStatement } from '../standards/xapi/files'
import { linesBetween, offsetOf } from './locate'
import { type Piece, type Place, SplitError } from './piece'

/** A placed issue says where in the file its item stands. */
export interface Placed extends ReportedIssue {
  place: string
  /** The value is written on this line, or the object that misses it begins there. */
  line: number
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

type Item = Extract<Piece, { kind: 'item' }>
type Envelope = Extract<Piece, { kind: 'envelope' }>

const { isDocument } = caliperFiles

// A report of the server lists as many; a person who has more mends these first.
const MAX_LISTED = 1000

/** Gathers the issues of a file, piece by piece. */
export function createFileReport(file: string) {
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
  let waiting: { item: Item; value: unknown }[] = []
  /** This is true while all items of the envelope are of 1.0. */
  let isEarly = true

  /** @throws {SplitError} when the piece is not JSON */
  function take(piece: Piece): void {
    if (piece.kind === 'envelope') takeEnvelope(piece)
    else takeItem(piece)
  }

  function takeItem(item: Item): void {
    const value = parse(item.text, item.in, item.line)
    if (item.steps.length === 0 && isDocument(value)) {
      const found = checkEnvelope(value, undefined, statedVersion(value) ?? '1.2')
      for (const issue of found) place(issue, item)
      return
    }
    if (item.steps[0] !== 'data' && isStatement(value)) {
      report.eventCount += 1
      for (const issue of checkStatement({ value, text: item.text }, [])) place(issue, item)
      return
    }
    if (itemKind(value) === 'event') report.eventCount += 1
    else report.entityCount += 1
    const version = isObject(value) ? itemVersion(value['@context']) : undefined
    const isInEnvelope = item.steps[0] === 'data'
    if (isInEnvelope) isEarly &&= (version ?? formOf(value)) === '1.0'
    if (isInEnvelope && version === undefined) waiting.push({ item, value })
    else check(item, value, undefined)
  }

  function takeEnvelope({ in: own, head, tail, tailLine, size }: Envelope): void {
    const text = head + tail
    const value = parse(text, own, own.line)
    const version = statedVersion(value)
    const supposed = isEarly && size > 0 ? '1.0' : '1.2'
    for (const issue of checkEnvelope(value, size, version ?? supposed)) {
      const at = offsetOf(text, issue.path)
      const isBefore = at < head.length
      const line = isBefore
        ? own.line + linesBetween(text, 0, at)
        : tailLine + linesBetween(text, head.length, at)
      add({ ...issue, place: nameOf(own), line })
    }
    for (const { item, value } of waiting) check(item, value, version)
    waiting = []
    isEarly = true
  }

  function check(item: Item, value: unknown, version: CaliperVersion | undefined): void {
    for (const issue of checkElement({ value, text: item.text }, version, [])) {
      place(issue, item)
    }
  }

  function place(issue: ReportedIssue, { in: own, steps, text, line }: Item): void {
    const [first, index = first] = steps
    const member = first === undefined ? '' : ` ${first === 'data' ? first : ''}[${index}]`
    const lines = linesBetween(text, 0, offsetOf(text, issue.path))
    add({ ...issue, place: nameOf(own) + member, line: line + lines })
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

  function nameOf({ document, line }: Place): string {
    return document === 0 ? file : `${file}:${line}`
  }

  return {
    take,
    itemCount: () => report.eventCount + report.entityCount,
    done: (): FileReport => ({ ...report, valid: report.errorCount === 0 }),
  }
}

function parse(text: string, { document }: Place, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    throw new SplitError((thrown as Error).message, { document, line })
  }
}

function formOf(value: unknown): CaliperVersion {
  return isObject(value) ? versionByForm(value) : '1.2'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
