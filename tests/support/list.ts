import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The lines of a list of examples; empty lines and `#` comments are for people.
 *
 * @param folder of the test, `import.meta.dir`
 */
export function readList(folder: string, file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8')
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
}

/** Lines of columns: `in => out`, say. */
export function readTable(separator: string, folder: string, file: string): string[][] {
  return readList(folder, file).map((line) => line.split(separator).map((cell) => cell.trim()))
}
