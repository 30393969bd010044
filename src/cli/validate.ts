import { Command } from 'commander'
import { checkFile } from './check-file'
import type { FileReport } from './file-report'
import { printReport } from './print-report'

export function validateCommand(): Command {
  return new Command('validate')
    .description(
      'check files against the text of Caliper (envelopes, events, describes) or xAPI (statements)',
    )
    .argument('<files...>', '`-` reads standard input')
    .option('--json', 'print the reports as JSON')
    .addHelpText(
      'after',
      '\nExits with 1 when there is an error in any file. Needs no server and no key. Files of any\nsize are read piece by piece. NO_COLOR switches colours off.',
    )
    .action(validate)
}

async function validate(files: string[], options: { json?: true }) {
  const { stdout, stderr, env } = process
  const isColoured = Boolean(stdout.isTTY) && !env.NO_COLOR
  const reports: FileReport[] = []
  for (const file of files) {
    const report = await checkFile(file, stderr)
    reports.push(report)
    if (!options.json) stdout.write(printReport(report, isColoured))
  }
  if (options.json) stdout.write(`${JSON.stringify(reports, null, 2)}\n`)
  if (reports.some(({ valid }) => !valid)) process.exitCode = 1
}
