import { InvalidArgumentError, Option } from 'commander'
import { standardNames } from '../event/record'
import { caliperFiles } from '../standards/caliper/files'
import { fileForms } from '../standards/forms'
import type { FileForm } from '../standards/standard'

/** An item that does not tell is read as most files are: Caliper has the most senders. */
export const supposed = caliperFiles

/** Loads everything that items of any standard are checked by. */
export async function loadChecks(): Promise<void> {
  await Promise.all(fileForms.map((form) => form.load?.()))
}

export interface StandardOptions {
  as?: FileForm
  yes?: true
}

export function standardOption(): Option {
  return new Option(
    '--as <standard>',
    `what the files are (${standardNames.join(', ')}); otherwise their items tell`,
  ).argParser(readStandard)
}

export function yesOption(): Option {
  return new Option('--yes', 'answer yes where a question would be asked')
}

function readStandard(name: string): FileForm {
  const known = fileForms.find((form) => form.name === name)
  if (known !== undefined) return known
  throw new InvalidArgumentError(`It must be one of ${standardNames.join(', ')}.`)
}
