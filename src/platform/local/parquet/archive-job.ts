import { Database } from 'bun:sqlite'
import { mkdir, open, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyStatement } from './copy-statement'
import type { Duck } from './duck'

/** Segments of one lake partition that become one Parquet file. Plain data: it goes to a worker. */
export interface ArchiveJob {
  /** Names the file; the same job again replaces it. */
  id: string
  /** `events/` of the lake, and where files are made before they appear there. */
  folder: string
  staging: string
  partition: string
  longest: number
  isEscaped: boolean
  /** Where the segments are: in a file of the log, by their offsets, or here. */
  source: { file: string; firsts: number[] } | { bodies: Uint8Array[] }
}

/** @returns what a person should know though it succeeded */
export async function runArchiveJob(job: ArchiveJob, duck: Duck): Promise<string | undefined> {
  const { id, folder, staging, partition } = job
  const input = join(staging, `${id}.zst`)
  const output = join(staging, `${id}.parquet`)
  const place = join(folder, partition)
  await writeFile(input, Buffer.concat(bodiesOf(job)))
  try {
    const warning = await convert({ ...job, input, output }, duck)
    await sync(output)
    await mkdir(place, { recursive: true })
    await rename(output, join(place, `${id}.parquet`))
    await sync(place)
    return warning
  } finally {
    await unlink(input)
  }
}

function bodiesOf({ source }: ArchiveJob): Uint8Array[] {
  if ('bodies' in source) return source.bodies
  using db = new Database(source.file, { readonly: true })
  const bodyAt = db.query<{ body: Uint8Array }, [number]>(
    'SELECT body FROM segments WHERE first = ?',
  )
  return source.firsts.map((first) => bodyAt.get(first)!.body)
}

async function convert(copy: Parameters<typeof copyStatement>[0], duck: Duck) {
  const connection = await duck.connect()
  try {
    await connection.run(copyStatement(copy))
    return undefined
  } catch (error) {
    // One value that its column cannot hold must not hold up the others.
    await connection.run(copyStatement({ ...copy, isCareful: true }))
    return `archived as null what its column cannot hold: ${(error as Error).message.split('\n')[0]}`
  } finally {
    connection.closeSync()
  }
}

/** A file, or the folder that names it, to the disk. */
async function sync(path: string) {
  await using handle = await open(path, 'r')
  await handle.sync()
}
