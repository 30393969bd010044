import { once } from 'node:events'
import { Command, Option } from 'commander'
import { convertItem } from '../mapping/convert-item'
import { type ConversionTarget, conversionTargets } from '../mapping/targets'
import { nameOf } from './documents'
import { describeIssue } from './issue-text'
import type { ParsedItem, ParsedPiece } from './piece'
import { readPieces } from './read-pieces'

// A person who reads more reasons than these mends the file first.
const MAX_TOLD = 100

export function convertCommand(): Command {
  const to = new Option('--to <standard>', 'the standard to convert to')
    .choices(conversionTargets)
    .makeOptionMandatory()
  return new Command('convert')
    .description(
      'convert files between xAPI and Caliper: statements, events, envelopes, JSON lines',
    )
    .argument('<file>', '`-` reads standard input')
    .addOption(to)
    .addHelpText(
      'after',
      '\nPrints one document a line. What the other standard has no words for is in an extension, and\ncomes back when it is converted back. Items that are of that standard already stay as they are;\ndescriptions of entities are left out of statements. Says on stderr how many were converted, and how\nwell (exact, close, generic); exits with 1 when anything was refused. Needs no server and no key.',
    )
    .action(convert)
}

async function convert(file: string, { to }: { to: ConversionTarget }) {
  const { stdout, stderr } = process
  const counts = { exact: 0, close: 0, generic: 0, described: 0, refused: 0 }
  const waiting: ParsedItem[] = []
  let taken = 0

  function take(piece: ParsedPiece): void {
    if (piece.kind === 'envelope') return
    taken += 1
    waiting.push(piece)
  }

  async function flush(): Promise<void> {
    for (const piece of waiting.splice(0)) {
      const line = await lineOf(piece)
      if (line !== undefined && !stdout.write(line)) await once(stdout, 'drain')
    }
  }

  async function lineOf({ text, line }: ParsedItem) {
    const item = await convertItem(text, to)
    if (item.kind === 'converted') {
      counts[item.match] += 1
      return `${JSON.stringify(item.document)}\n`
    }
    counts[item.kind] += 1
    if (item.kind === 'refused' && counts.refused <= MAX_TOLD) {
      const reasons = item.errors.map(describeIssue).join('; ')
      stderr.write(`${nameOf(file)}, line ${line}: refused, ${reasons}\n`)
    }
    return undefined
  }

  await readPieces(file, stderr, { take, flush, itemCount: () => taken })
  const { exact, close, generic, described, refused } = counts
  const left = described > 0 ? `, ${described} descriptions of entities left out` : ''
  stderr.write(
    `${nameOf(file)}: ${exact + close + generic} converted (${exact} exact, ${close} close, ${generic} generic), ${refused} refused${left}\n`,
  )
  if (refused > 0) process.exitCode = 1
}
