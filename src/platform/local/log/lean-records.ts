import type { EventRecord } from '../../../event/record'
import { decoderFor, FIELD } from './line'
import { LINE_FEED, unzipped } from './segment'
import type { FiledSegment } from './segment-file'

/** A record whose text is apart: `raw` of the record is empty. */
export interface LeanRecord {
  record: EventRecord
  /** The text, or its bytes in UTF-8, which are good until the next one is asked for. */
  raw: string | Uint8Array
}

const TAB = FIELD.charCodeAt(0)

const decoders = new WeakMap<readonly string[], ReturnType<typeof decoderFor>>()

function decoderOf(columns: readonly string[]) {
  const known = decoders.get(columns) ?? decoderFor(columns)
  decoders.set(columns, known)
  return known
}

/**
 * Reads the records of a segment one by one, and makes no text of their texts: a thousand of some
 * megabytes would leave gigabytes for the engine to collect. What was erased, or is damaged, is left out.
 */
export function* leanRecordsOf(segment: FiledSegment): Generator<LeanRecord> {
  const body = segment.read()?.body
  const bytes = body && unzipped(body)
  if (bytes === undefined) return
  const decode = decoderOf(segment.columns)
  const isLast = segment.columns.at(-1) === 'raw'
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, from)
    // The text is the last column, and holds no separator.
    const at = isLast ? bytes.lastIndexOf(TAB, end - 1) + 1 : end
    if (end > from) {
      const record = decode(bytes.toString('utf8', from, at))
      yield { record, raw: isLast ? bytes.subarray(at, end) : record.raw }
    }
    from = end + 1
  }
}
