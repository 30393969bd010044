import { readFile } from 'node:fs/promises'
import { CommandError } from './failure'

// Athena takes 262,144 bytes; nobody writes more by hand, and who gives a file of data made a mistake.
const MOST_BYTES = 262_144

/**
 * Reads SQL from where the person has it: the argument itself, standard input (`-`), or a file.
 * @throws {CommandError} when it is in none or in two of them, is empty, too long, or no UTF-8
 */
export async function readSql(
  given: string | undefined,
  file: string | undefined,
): Promise<string | undefined> {
  if (given !== undefined && file !== undefined) {
    throw new CommandError('give SQL or --file, not both')
  }
  if (file !== undefined) return toSql(await readFile(file), file)
  if (given !== '-') return given === undefined ? undefined : toSql(Buffer.from(given), 'The SQL')
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of process.stdin as AsyncIterable<Uint8Array>) {
    parts.push(part)
    size += part.length
    if (size > MOST_BYTES) break
  }
  return toSql(Buffer.concat(parts), 'Standard input')
}

function toSql(bytes: Uint8Array, place: string): string {
  if (bytes.length > MOST_BYTES) {
    throw new CommandError(`${place} is longer than ${MOST_BYTES.toLocaleString('en')} bytes`)
  }
  let text: string
  try {
    // A byte order mark, which some editors write, is no part of the text.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CommandError(`${place} is not UTF-8`)
  }
  // An end of statement is what files have and Athena refuses.
  const sql = text.trim().replace(/(?:\s*;)+$/, '')
  if (sql === '') throw new CommandError(`${place} is empty: give a statement of SQL`)
  return sql
}
