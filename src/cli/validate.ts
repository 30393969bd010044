import { Command } from 'commander'
import type { Issue } from '../error/issue'
import { checkCaliper } from '../standards/caliper/conformance'
import { nameOf, readDocuments } from './documents'
import { intoParcels } from './envelopes'

/** An issue, and where in the file the item stands that it is about. */
type Placed = Issue & { place: string }

interface FileReport {
  file: string
  valid: boolean
  eventCount: number
  entityCount: number
  errors: Placed[]
  warnings: Placed[]
}

// Takes the place of the envelope that a bare event lacks; no report mentions it.
const SENSOR = 'urn:nonius:cli'

export function validateCommand(): Command {
  return new Command('validate')
    .description(
      'check files against the text of Caliper: envelopes, events, describes, JSON lines',
    )
    .argument('<files...>', '`-` reads standard input')
    .option('--json', 'print the reports as JSON')
    .addHelpText(
      'after',
      '\nExits with 1 when there is an error in any file. Needs no server and no key.',
    )
    .action(validate)
}

async function validate(files: string[], options: { json?: true }) {
  const reports: FileReport[] = []
  for (const file of files) {
    const report = await check(file)
    reports.push(report)
    if (!options.json) process.stdout.write(describe(report))
  }
  if (options.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`)
  if (reports.some(({ valid }) => !valid)) process.exitCode = 1
}

async function check(path: string): Promise<FileReport> {
  const file = nameOf(path)
  const total: FileReport = {
    file,
    valid: true,
    eventCount: 0,
    entityCount: 0,
    errors: [],
    warnings: [],
  }
  for (const { body, places } of intoParcels(await readDocuments(path), SENSOR)) {
    const report = checkCaliper(body)
    const placed = (issue: Issue) => locate(issue, places, file)
    total.valid &&= report.valid
    total.eventCount += report.eventCount
    total.entityCount += report.entityCount
    total.errors.push(...report.errors.map(placed))
    total.warnings.push(...report.warnings.map(placed))
  }
  return total
}

/** `data.3.actor` becomes the third item's place in the file, and `actor` within it. */
function locate(issue: Issue, places: string[], file: string): Placed {
  const [data, index, ...path] = issue.path
  const place = data === 'data' && typeof index === 'number' ? places[index] : undefined
  return place === undefined ? { ...issue, place: file } : { ...issue, place, path }
}

function describe({ file, eventCount, entityCount, errors, warnings }: FileReport): string {
  const held = `${count(eventCount, 'event')}, ${count(entityCount, 'describe')}`
  const found = `${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}`
  const lines = [
    `${file}: ${held}; ${found}`,
    ...errors.map((issue) => `  error    ${line(issue)}`),
    ...warnings.map((issue) => `  warning  ${line(issue)}`),
  ]
  return lines.map((text) => `${text}\n`).join('')
}

function line({ place, path, message, code, spec }: Placed): string {
  const where = [place, path.join('.')].filter(Boolean).join(' ')
  return `${where}: ${message} (${spec ? `${code}, ${spec}` : code})`
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
