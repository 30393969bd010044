import { nameOf } from './documents'
import { createFileReport, type FileReport } from './file-report'
import type { ProgressStream } from './progress'
import { readPieces } from './read-pieces'

/**
 * Checks a file piece by piece, so that its size does not matter.
 * @param path `-` for standard input
 * @param stream where progress is shown
 * @throws {CommandError} when the file is not JSON, with the line
 */
export async function checkFile(path: string, stream: ProgressStream): Promise<FileReport> {
  const report = createFileReport(nameOf(path))
  await readPieces(path, stream, report)
  return report.done()
}
