import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { nameOf } from './documents'
import { CommandError } from './failure'
import { type Piece, SplitError } from './piece'
import { type ProgressStream, showProgress } from './progress'
import { createSplitter } from './split-json'

// A chunk is large enough that reading costs little beside checking.
const CHUNK_BYTES = 1024 * 1024

export interface PieceReader {
  take(piece: Piece): void
  itemCount(): number
  /** It is awaited before more of the file is read. */
  flush?(): Promise<void>
}

/**
 * Reads a file piece by piece, so that its size does not matter.
 * @param path `-` for standard input
 * @param stream where progress is shown
 * @throws {CommandError} when the file is not JSON, with the line
 */
export async function readPieces(path: string, stream: ProgressStream, reader: PieceReader) {
  const file = nameOf(path)
  const splitter = createSplitter(reader.take)
  const decoder = new TextDecoder() // the decoder also removes a byte order mark
  try {
    const { chunks, size } = await open(path)
    using progress = showProgress(stream, file, size)
    for await (const chunk of chunks) {
      splitter.write(decoder.decode(chunk, { stream: true }))
      await reader.flush?.()
      progress.advance(chunk.byteLength, reader.itemCount())
    }
    splitter.write(decoder.decode())
    if (splitter.end() === 0) throw new CommandError(`${file} is empty`)
    await reader.flush?.()
  } catch (thrown) {
    if (thrown instanceof SplitError) throw notJson(file, thrown)
    if (path !== '-') Object.assign(thrown as Error, { path }) // Node leaves the path out of EISDIR
    throw thrown
  }
}

async function open(path: string): Promise<{ chunks: AsyncIterable<Buffer>; size?: number }> {
  if (path === '-') return { chunks: process.stdin }
  const { size } = await stat(path)
  return { chunks: createReadStream(path, { highWaterMark: CHUNK_BYTES }), size }
}

function notJson(file: string, { message, place: { document, line } }: SplitError): CommandError {
  if (document === 0) return new CommandError(`${file} is not JSON: ${message} (line ${line})`)
  return new CommandError(`${file}, line ${line}, is not JSON: ${message}`)
}
