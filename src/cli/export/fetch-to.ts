import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CommandError } from '../failure'
import { showShare } from '../progress'

interface File {
  id: string
  name: string
  bytes: number
  url?: string
}

/**
 * Saves the file of an export, whole or not at all, readable by nobody else. What an earlier run fetched is not fetched
 * again.
 * @returns where it is
 */
export async function fetchTo(output: string, { id, name, bytes, url }: File): Promise<string> {
  const partial = `${output}.${id}.part`
  const had = (await sizeOf(partial)) ?? 0
  if (had < bytes || bytes === 0) await fetchRest(partial, { url: url!, bytes }, had)
  const got = await sizeOf(partial)
  if (got !== bytes) {
    throw new CommandError(`${got ?? 0} of ${bytes} bytes were fetched: run it again to go on`)
  }
  const isPacked = name.endsWith('.gz') && !output.endsWith('.gz')
  if (!isPacked || bytes === 0) {
    await rename(partial, output)
    return output
  }
  const unpacked = `${output}.${id}.new`
  try {
    const file = createWriteStream(unpacked, { mode: PRIVATE })
    await pipeline(createReadStream(partial), createGunzip(), file)
    await rename(unpacked, output)
    await rm(partial)
  } finally {
    await rm(unpacked, { force: true })
  }
  return output
}

const PRIVATE = 0o600

async function fetchRest(
  path: string,
  { url, bytes }: { url: string; bytes: number },
  from: number,
) {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {}
  const reply = await fetch(url, { headers })
  if (!reply.ok || reply.body === null) {
    throw new CommandError(
      `The file cannot be fetched: ${new URL(url).host} answered ${reply.status}`,
    )
  }
  // Whoever knows nothing of ranges sends all of it.
  const isRest = reply.status === 206
  let done = isRest ? from : 0
  using bar = showShare(process.stderr)
  async function* counted(pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      done += piece.length
      bar.show(bytes === 0 ? 1 : done / bytes, `${(done / 1e6).toFixed(1)} MB fetched`)
      yield piece
    }
  }
  const body = Readable.fromWeb(reply.body as Parameters<typeof Readable.fromWeb>[0])
  await pipeline(
    body,
    counted,
    createWriteStream(path, { flags: isRest ? 'a' : 'w', mode: PRIVATE }),
  )
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}
