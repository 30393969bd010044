import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Name, readName } from './names'

export interface Found {
  key: string
  file: string
}

/** A walk is asked for keys that begin with `prefix` and are beyond `after`, both in UTF-8. */
interface Asked {
  prefix: Buffer
  after: Buffer
}

/** Finds blobs below a folder in the order of their keys; folders that can have none are not read. */
export async function* walk(
  folder: string,
  asked: Asked,
  before: Buffer = Buffer.of(),
): AsyncGenerator<Found> {
  const names = (await namesIn(folder))
    .map((name) => readName(name, before))
    .filter((name) => name !== undefined && mayHave(name, asked)) as Name[]
  // No name of a folder begins with another, but that of a file with what goes on after it.
  names.sort((a, b) => Buffer.compare(a.start, b.start))
  for (const { name, start, isFile } of names) {
    const path = join(folder, name)
    if (isFile) yield { key: start.toString(), file: path }
    else yield* walk(path, asked, start)
  }
}

function mayHave({ start, isFile }: Name, { prefix, after }: Asked): boolean {
  const both = Math.min(start.length, prefix.length)
  const fits = start.subarray(0, both).equals(prefix.subarray(0, both))
  if (isFile) return fits && start.length >= prefix.length && Buffer.compare(start, after) > 0
  const isBefore = Buffer.compare(start, after.subarray(0, start.length)) < 0
  return fits && !isBefore
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    // The folder is missing: nothing was put yet, or the last of it was deleted meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
