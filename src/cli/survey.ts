import type { FileReading } from './decide'
import { supposed } from './file-standards'
import { createPacker, envelopeKey, type Shell } from './parcels'
import type { ProgressStream } from './progress'
import { readSource } from './read-pieces'
import type { SourceFile } from './source-file'
import { createTally, type Tally } from './tally'

/** A survey says what a file holds, before anything of it is sent. */
export interface Survey {
  tally: Tally
  /** The shells are those of the envelopes that are cut into several requests. */
  shells: ReadonlyMap<string, Shell>
}

/**
 * Reads a file to its end and sends nothing, so that one which is not JSON at its end is not sent
 * in part.
 * @throws {CommandError} when the file is not JSON
 */
export async function surveyOf(
  file: SourceFile,
  stream: ProgressStream,
  reading: FileReading,
): Promise<Survey> {
  const tally = createTally()
  const shells = new Map<string, Shell>()
  const cut = new Set<string>()
  const packer = createPacker(
    {
      ...reading,
      sensor: '',
      placeOf: () => '',
      shellOf(envelope) {
        cut.add(envelopeKey(envelope))
        return undefined
      },
    },
    () => {},
  )
  await readSource(file, stream, {
    ...reading,
    take(piece) {
      packer.take(piece)
      tally.take(piece, piece.kind === 'item' ? reading.formFor(piece.value) : supposed)
      if (piece.kind === 'item') return
      const key = envelopeKey(piece)
      if (cut.delete(key)) shells.set(key, { head: piece.head, tail: piece.tail })
    },
    itemCount: tally.itemCount,
  })
  return { tally, shells }
}
