import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Texts were found in these files, so often. */
export interface FolderSearch {
  files: number
  bytes: number
  found: { file: string; count: number }[]
}

// A piece is read at a time, and overlaps the next by the longest text.
const PIECE = 4 * 1024 * 1024

/**
 * Searches every byte of a folder for texts that stand between quotes, as JSON has them, or alone between
 * bytes that are part of no id. Compressed bytes are not unpacked: who holds these can be asked.
 */
export async function searchFolder(
  folder: string,
  texts: readonly string[],
): Promise<FolderSearch> {
  const wanted = [...new Set(texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]))]
    .filter((text) => text !== '')
    .map((text) => Buffer.from(text))
  const longest = wanted.reduce((most, { length }) => Math.max(most, length), 0)
  const result: FolderSearch = { files: 0, bytes: 0, found: [] }
  for (const name of (await readdir(folder, { recursive: true })).toSorted()) {
    const path = join(folder, name)
    const about = await stat(path).catch(() => undefined)
    if (!about?.isFile()) continue
    result.files += 1
    const count = await countIn(path)
    if (count > 0) result.found.push({ file: name, count })
  }
  return result

  async function countIn(path: string): Promise<number> {
    await using file = await open(path)
    let count = 0
    // One byte more on either side tells whether a text stands alone.
    let kept: Buffer = Buffer.alloc(0)
    let hasBefore = false
    for (;;) {
      const piece = Buffer.alloc(PIECE)
      const { bytesRead } = await file.read(piece, 0, PIECE)
      result.bytes += bytesRead
      const bytes = Buffer.concat([kept, piece.subarray(0, bytesRead)])
      // A match that begins within the overlap is counted with the next piece.
      const until = bytesRead === 0 ? bytes.length : Math.max(bytes.length - longest - 1, 0)
      for (const text of wanted) count += countBefore(bytes, text, until, hasBefore)
      if (bytesRead === 0) return count
      hasBefore ||= until > 0
      kept = bytes.subarray(Math.max(until - 1, 0))
    }
  }
}

/** Counts texts that begin before a place; the first byte is of the piece before where `hasBefore`. */
function countBefore(bytes: Buffer, text: Buffer, until: number, hasBefore: boolean): number {
  let count = 0
  for (
    let at = bytes.indexOf(text, hasBefore ? 1 : 0);
    at >= 0 && at < until;
    at = bytes.indexOf(text, at + 1)
  ) {
    if (isAlone(bytes, at, at + text.length)) count += 1
  }
  return count
}

/** Tells whether a text is no part of a longer id: one that begins or ends with it is somebody else's. */
function isAlone(bytes: Buffer, from: number, to: number): boolean {
  return !isOfId(bytes[from - 1]) && !isOfId(bytes[to])
}

const OF_ID = /[A-Za-z0-9_.%+@/-]/

function isOfId(byte: number | undefined): boolean {
  return byte !== undefined && (byte >= 0x80 || OF_ID.test(String.fromCharCode(byte)))
}
