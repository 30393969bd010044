import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Lists the files below a folder whose bytes hold one of these texts. */
export async function filesIn(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    if (texts.some((text) => bytes.includes(text))) found.push(path)
  }
  return found
}
