import { decideReading } from './decide'
import { createFileReport, type FileReport } from './file-report'
import { loadChecks, type StandardOptions } from './file-standards'
import type { ProgressStream } from './progress'
import { openFile, readSource } from './read-pieces'

/**
 * Checks a file piece by piece, so that its size does not matter.
 * @param path `-` for standard input
 * @param stream where progress is shown, and what the file is taken for
 * @throws {CommandError} when the file is not JSON, with the line, or not what it is said to be
 */
export async function checkFile(
  path: string,
  stream: ProgressStream,
  options: StandardOptions = {},
): Promise<FileReport> {
  await using file = await openFile(path)
  await loadChecks()
  const reading = await decideReading(file, stream, { ...options, purpose: 'check' })
  const report = createFileReport(file.name, reading.formFor)
  await readSource(file, stream, { ...report, hasEnvelopes: reading.hasEnvelopes })
  stream.write(`${file.name}: ${report.text(file.notes())}\n`)
  return report.done()
}
