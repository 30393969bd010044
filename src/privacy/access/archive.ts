import { strToU8, Zip, ZipDeflate } from 'fflate'
import { csvLine } from '../../analytics/csv'
import { inTurn } from '../../syntax/steps'
import { type EventLine, eventColumns } from './lines'
import type { Parts } from './parts'
import { type AccessFile, type AccessRequest, accessFiles } from './request'

/** A volume has some parts of the files; there is one, unless a door can send only so many bytes. */
export interface Volume {
  /** Counts from 1. */
  number: number
  files: { file: AccessFile; from: number; to: number }[]
}

// The sizes are those of parts as they are stored; the table of events is about as large again, and the page has some.
const CSV_SHARE = 2
const PAGE_BYTES = 64 * 1024

/** Cuts an answer into volumes. @param maxBytes the most that can be sent in one; any when left out */
export function volumesOf({ parts }: AccessRequest, maxBytes = Number.POSITIVE_INFINITY): Volume[] {
  const volumes: Volume[] = [{ number: 1, files: [] }]
  let bytes = PAGE_BYTES
  for (const file of accessFiles) {
    for (const [place, size] of parts[file].entries()) {
      const takes = size * (file === 'events' ? CSV_SHARE : 1)
      if (bytes + takes > maxBytes && bytes > 0) {
        volumes.push({ number: volumes.length + 1, files: [] })
        bytes = 0
      }
      const volume = volumes.at(-1)!
      const last = volume.files.at(-1)
      if (last?.file === file) last.to = place + 1
      else volume.files.push({ file, from: place, to: place + 1 })
      bytes += takes
    }
  }
  return volumes
}

/**
 * Writes a volume as a ZIP, piece by piece: a part of a file is in memory at a time. The page stands in the first.
 * @throws {StorageError} {Error} when a part is not there any more
 */
export async function* zipOf(
  parts: Parts,
  request: AccessRequest,
  volume: Volume,
  page: string | undefined,
): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = []
  let failure: Error | undefined
  const zip = new Zip((error, data) => {
    if (error) failure = error
    else ready.push(data)
  })
  const at = new Date(request.readyAt ?? request.createdAt)

  function* taken(): Generator<Uint8Array> {
    if (failure) throw failure
    const pieces = ready
    ready = []
    yield* pieces
  }

  function begin(name: string): ZipDeflate {
    const entry = new ZipDeflate(name, { level: 6 })
    entry.mtime = at
    zip.add(entry)
    return entry
  }

  if (page !== undefined) {
    begin('index.html').push(strToU8(page), true)
    yield* taken()
  }
  for (const { file, from, to } of volume.files) {
    const lines = begin(`${file}.jsonl`)
    for await (const part of parts.read(request, file, from, to)) {
      for (const some of slicesOf(part)) {
        await inTurn(() => lines.push(strToU8(some)))
        yield* taken()
      }
    }
    lines.push(new Uint8Array(), true)
    if (file === 'events') {
      const table = begin('events.csv')
      // A spreadsheet takes the file for UTF-8 by this sign.
      table.push(strToU8(`\ufeff${csvLine(eventColumns)}`))
      for await (const part of parts.read(request, file, from, to)) {
        for (const some of slicesOf(part)) {
          await inTurn(() => table.push(strToU8(tableOf(some))))
          yield* taken()
        }
      }
      table.push(new Uint8Array(), true)
    }
    yield* taken()
  }
  zip.end()
  yield* taken()
}

// It takes some 5 ms to compress so many characters, for which all others wait.
const SLICE = 128 * 1024

/** Cuts a part into pieces of whole lines. */
function* slicesOf(part: string): Generator<string> {
  for (let at = 0; at < part.length; ) {
    const end = part.indexOf('\n', Math.min(at + SLICE, part.length - 1)) + 1 || part.length
    yield part.slice(at, end)
    at = end
  }
}

function tableOf(part: string): string {
  let text = ''
  for (const line of part.split('\n')) {
    if (line === '') continue
    const event = JSON.parse(line) as EventLine
    text += csvLine(eventColumns.map((name) => event[name]))
  }
  return text
}
