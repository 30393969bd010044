import { Command } from 'commander'
import { checkFile } from './check-file'
import type { FileReport } from './file-report'
import { type StandardOptions, standardOption, yesOption } from './file-standards'
import { printReport } from './print-report'

export function validateCommand(): Command {
  return new Command('validate')
    .description(
      'check files against the text of Caliper (envelopes, events, describes), xAPI (statements), or the form of native events',
    )
    .argument('<files...>', '`-` reads standard input')
    .addOption(standardOption())
    .addOption(yesOption())
    .option('--json', 'print the reports as JSON')
    .addHelpText(
      'after',
      '\nExits with 1 when there is an error in any file. Says on stderr what it takes each file\nfor. Needs no server and no key. Files of any size are read piece by piece: JSON documents, arrays,\nJSON lines, objects one after another, gzip. NO_COLOR switches colours off.',
    )
    .action(validate)
}

async function validate(files: string[], options: StandardOptions & { json?: true }) {
  const { stdout, stderr, env } = process
  const isColoured = Boolean(stdout.isTTY) && !env.NO_COLOR
  const reports: FileReport[] = []
  for (const file of files) {
    const report = await checkFile(file, stderr, options)
    reports.push(report)
    if (!options.json) stdout.write(printReport(report, isColoured))
  }
  if (options.json) stdout.write(`${JSON.stringify(reports, null, 2)}\n`)
  if (reports.some(({ valid }) => !valid)) process.exitCode = 1
}
