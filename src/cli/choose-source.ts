import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { SOURCE_ID } from '../access/keys/sources'
import type { Registry } from '../platform/registry'
import type { Source } from '../platform/registry/sources'
import { CommandError } from './failure'
import { addSourceOnce } from './source-option'
import { named } from './tenant-option'

/** A person can be asked here. */
export interface Terminal {
  input: Readable
  output: Writable
}

interface Asked {
  tenantId: string
  /** The value of `--source`. */
  given: string | undefined
  /** Nothing that the key may do asks which source it has. */
  isUnimportant: boolean
  /** Stands in where none is named and nobody can be asked, and is said so. Absent: that fails. */
  standIn?: string | undefined
  /** Absent where nobody can be asked. */
  terminal: Terminal | undefined
  at: Date
}

/** Returns the terminal, if this program runs at one. */
export function terminalHere(): Terminal | undefined {
  const { stdin: input, stderr: output } = process
  return input.isTTY && output.isTTY ? { input, output } : undefined
}

/**
 * Finds the source that a key is for. One that is named and not there is added, and said so: a slip of
 * the pen would make another.
 * @throws {CommandError} when none is named and nobody can be asked, with the sources that there are
 */
export async function chooseSource(
  registry: Pick<Registry, 'sources'>,
  { tenantId, given, isUnimportant, standIn, terminal, at }: Asked,
): Promise<string> {
  const ids = (await registry.sources.list(tenantId)).map(({ sourceId }: Source) => sourceId)
  const chosen =
    given ?? (isUnimportant ? ids[0] : undefined) ?? (await ask(ids, { terminal, standIn }))
  if (!ids.includes(chosen)) {
    await addSourceOnce(registry, { tenantId, sourceId: chosen }, at)
    const others = ids.length === 0 ? '' : ` (there were: ${named(ids)})`
    process.stderr.write(`Added the source ${chosen}${others}.\n`)
  }
  return chosen
}

// Who types something else three times wants to leave.
const TRIES = 3

async function ask(
  ids: readonly string[],
  { terminal, standIn }: Pick<Asked, 'terminal' | 'standIn'>,
): Promise<string> {
  const there = `There are: ${named(ids) || 'none yet'}`
  const which = `Which source are its events stamped with? ${there}`
  if (terminal === undefined && standIn !== undefined) {
    process.stderr.write(
      `Stamped with the source ${standIn}. --source ID names another. ${there}\n`,
    )
    return standIn
  }
  if (terminal === undefined) {
    throw new CommandError(`${which}. Name one, or a new one: --source ID`)
  }
  terminal.output.write(`${which}; a new one is added.\n`)
  const lines = createInterface(terminal)
  let tries = 0
  lines.setPrompt('Source: ')
  lines.prompt()
  // Ctrl-D ends the lines.
  for await (const line of lines) {
    const answer = line.trim()
    if (SOURCE_ID.test(answer)) return answer
    terminal.output.write('A source is named by 1 to 64 letters, digits and . _ -\n')
    tries += 1
    if (tries === TRIES) break
    lines.prompt()
  }
  throw new CommandError('No key was made: it needs a source')
}
