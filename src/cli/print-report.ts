import { styleText } from 'node:util'
import type { FileReport, Placed } from './file-report'

// A person mends a rule, not its thousand cases: the first few show where to look.
const SHOWN_OF_A_CODE = 10

type Style = Parameters<typeof styleText>[0]

/** `Paint` is `styleText`, or returns the text as it is. */
type Paint = (style: Style, text: string) => string

/** Writes a report for a person: the issues by code, the most serious and most frequent first. */
export function printReport(report: FileReport, isColoured: boolean): string {
  const paint: Paint = (style, text) =>
    isColoured ? styleText(style, text, { validateStream: false }) : text
  const { file, eventCount, entityCount, errorCount, warningCount, errors, warnings } = report
  const held = `${count(eventCount, 'event')}, ${count(entityCount, 'describe')}`
  const found = `${count(errorCount, 'error')}, ${count(warningCount, 'warning')}`
  const verdict = paint(errorCount > 0 ? 'red' : 'green', found)
  const lines = [
    `${paint('bold', file)}: ${held}; ${verdict}`,
    ...groups(errors).flatMap((group) => printGroup(group, 'red', report, paint)),
    ...groups(warnings).flatMap((group) => printGroup(group, 'yellow', report, paint)),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function printGroup(group: Placed[], color: Style, report: FileReport, paint: Paint): string[] {
  const [{ severity, code } = group[0]!] = group
  const count = report.counts[`${severity} ${code}`]!
  const rest = count - SHOWN_OF_A_CODE
  return [
    `  ${paint(color, `${severity}  ${code}`)}${count === 1 ? '' : `, ${count} times`}`,
    ...group.slice(0, SHOWN_OF_A_CODE).map((placed) => `    ${line(placed, report.file, paint)}`),
    ...(rest > 0 ? [paint('dim', `    and ${rest} more`)] : []),
  ]
}

function line({ place, line, path, message, spec }: Placed, file: string, paint: Paint): string {
  const [, member = ''] = / (.*)$/.exec(place.slice(file.length)) ?? []
  const where = [member, path.join('.')].filter(Boolean).join('.')
  const said = printable(where === '' ? message : `${where}: ${message}`)
  const section = spec === undefined ? '' : paint('dim', ` (${spec})`)
  return `${paint('cyan', `${file}:${line}`)}  ${said}${section}`
}

/** Escapes a property's name: it comes from the file, and could control the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function groups(issues: Placed[]): Placed[][] {
  return [...Map.groupBy(issues, ({ code }) => code).values()].sort((a, b) => b.length - a.length)
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
