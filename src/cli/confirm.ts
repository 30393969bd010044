import { createInterface } from 'node:readline/promises'
import { CommandError } from './failure'

interface Asked {
  /** It ends with a question mark. */
  question: string
  yes?: true | undefined
  /** The part of a sentence says how to answer where nobody can be asked. */
  otherwise: string
}

/**
 * Asks a person, who has to say yes.
 * @throws {CommandError} with the question where nobody is at a terminal
 */
export async function confirm({ question, yes, otherwise }: Asked): Promise<boolean> {
  const { stdin, stderr } = process
  if (yes) {
    stderr.write(`${question} yes\n`)
    return true
  }
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new CommandError(`${question} Nobody is there to be asked: ${otherwise}`)
  }
  const terminal = createInterface({ input: stdin, output: stderr })
  try {
    return /^\s*y(es)?\s*$/i.test(await terminal.question(`${question} [y/N] `))
  } finally {
    terminal.close()
  }
}
