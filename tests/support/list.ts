import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The lines of a list of examples; empty lines and `#` comments are for people. */
export function readList(...path: string[]): string[] {
  const text = readFileSync(join(import.meta.dir, '..', ...path), 'utf8')
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
}

/** Lines of columns: `in => out`, say. */
export function readTable(separator: string, ...path: string[]): string[][] {
  return readList(...path).map((line) => line.split(separator).map((cell) => cell.trim()))
}
