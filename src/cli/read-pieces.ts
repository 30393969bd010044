import { CommandError } from './failure'
import { parsedPieces } from './parsed-pieces'
import { type ParsedPiece, SplitError } from './piece'
import { type ProgressStream, showProgress } from './progress'
import { openSource, type SourceFile } from './source-file'
import { createSplitter } from './split-json'

export interface PieceReader {
  take(piece: ParsedPiece): void
  itemCount(): number
  /** It is awaited before more of the file is read. */
  flush?(): Promise<void>
  /** Ends the reading early, once it is true. */
  isDone?(): boolean
  /** It is false for a file of items that have `data` of their own. */
  hasEnvelopes?: boolean
}

/**
 * Opens a file and reads it piece by piece, so that its size does not matter.
 * @param path `-` for standard input
 * @param stream where progress is shown
 * @throws {CommandError} when the file is not JSON, with the line
 */
export async function readPieces(path: string, stream: ProgressStream, reader: PieceReader) {
  await using file = await openFile(path)
  await readSource(file, stream, reader)
}

/** @throws {Error} as `openSource`, naming the file */
export function openFile(path: string): Promise<SourceFile> {
  return openSource(path).catch((thrown) => {
    throw Object.assign(thrown as Error, path !== '-' && { path })
  })
}

/**
 * Reads an open file from its beginning, piece by piece.
 * @throws {CommandError} when the file is not JSON, with the line and the column
 */
export async function readSource(
  file: SourceFile,
  stream: ProgressStream,
  reader: PieceReader,
): Promise<void> {
  const { name, size } = file
  const splitter = createSplitter((piece) => {
    for (const one of parsedPieces(piece, reader.hasEnvelopes)) reader.take(one)
  }, reader)
  using progress = showProgress(stream, name, size)
  try {
    let bytes = 0
    for await (const text of file.read((more) => (bytes += more))) {
      splitter.write(text)
      await reader.flush?.()
      progress.advance(bytes, reader.itemCount())
      bytes = 0
      if (reader.isDone?.() === true) return
    }
    if (splitter.end() === 0) throw new CommandError(`${name} is empty`)
    await reader.flush?.()
  } catch (thrown) {
    if (thrown instanceof SplitError) throw notJson(name, thrown)
    if ((thrown as NodeJS.ErrnoException).code === 'EISDIR') {
      Object.assign(thrown as Error, { path: name }) // Node leaves the path out
    }
    throw thrown
  }
}

function notJson(file: string, { message, place }: SplitError): CommandError {
  const { document, line, column } = place
  const where = `(line ${line}, column ${column})`
  if (document === 0) return new CommandError(`${file} is not JSON: ${message} ${where}`)
  return new CommandError(`${file}, line ${line}, is not JSON: ${message} ${where}`)
}
