import { type Command, InvalidArgumentError, Option } from 'commander'
import { createApiClient } from '../api-client'
import { type CommonOptions, commandOfOne, pathOf, print, printJson, say } from './shared'

interface Rotated {
  secret: string
  publicKey?: string
  overlapUntil?: string
}

export function rotateCommand(): Command {
  return commandOfOne('rotate', 'replace its secret, and print the new one, once', 'write')
    .addOption(
      new Option(
        '--overlap-hours <n>',
        'messages are signed with both for so long; 24 unless said, 0 ends the old one at once',
      ).argParser(readHours),
    )
    .action(rotate)
}

async function rotate(id: string, options: CommonOptions & { overlapHours?: number }) {
  const { overlapHours } = options
  const asked = overlapHours === undefined ? {} : { overlapHours }
  const path = pathOf(id, 'secret/rotate')
  const rotated = await createApiClient(options)<Rotated>('POST', path, asked)
  if (options.json) return printJson(rotated)
  const until = rotated.overlapUntil === undefined ? '' : ` until ${rotated.overlapUntil}`
  const both =
    overlapHours === 0
      ? 'The old one is of no use any more.'
      : `Messages are signed with both${until}.`
  say(`The secret of ${id} is replaced, and the new one shown this once. ${both}`)
  if (rotated.publicKey !== undefined) say(`Its new public key, for v1a: ${rotated.publicKey}`)
  // Nothing else goes to stdout, so that a script can take it.
  print(rotated.secret)
}

function readHours(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number of hours.')
}
