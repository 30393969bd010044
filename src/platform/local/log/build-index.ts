import { contentDigest } from '../../../event/content'
import type { EventRecord } from '../../../event/record'
import { addEntry, createIndex, type EventIndex } from './event-index'
import { type EventKeys, entryOf } from './event-keys'
import { decoderFor, FIELD } from './line'
import { LINE_FEED, unzipped } from './segment'
import type { FiledSegment, SegmentFile } from './segment-file'

// A few hundred segments are listed at a time: all of them take 100 MB.
const LISTED = { records: 32 * 1024, bytes: Number.POSITIVE_INFINITY }

interface Needs {
  capacity: number
  keys: EventKeys
  /** The first record has this position. */
  base: number
  /** Is told which records cannot be read. */
  noteDamage(first: number, count: number): void
}

/**
 * Builds the index of a generation from its segments: of each line what stands before the text, and little at a time. What
 * cannot be read gets entries that nothing finds.
 */
export function buildIndex(
  file: Pick<SegmentFile, 'columns' | 'total' | 'from'>,
  { capacity, keys, base, noteDamage }: Needs,
): EventIndex {
  const built = createIndex(capacity)
  const decode = decoderFor(file.columns)

  function addNothing(offset: number) {
    while (built.count < offset) addEntry(built, keys.nothing(base + built.count))
  }

  function addDamaged(offset: number) {
    if (built.count < offset) noteDamage(built.count, offset - built.count)
    addNothing(offset)
  }

  function addSegment(segment: FiledSegment) {
    addDamaged(segment.first)
    const content = segment.read()
    const bytes = content && unzipped(content.body)
    let at = 0
    for (const line of bytes === undefined ? [] : linesIn(bytes, content?.contents)) {
      const stored = content?.contents?.[at++]
      if (line === '') addNothing(built.count + 1)
      else addLine(decode(line), stored)
    }
    addDamaged(segment.first + segment.count)
  }

  function addLine(record: EventRecord, stored: bigint | undefined) {
    addEntry(built, entryOf(keys, record, stored ?? keys.content(contentDigest(record.raw))))
  }

  while (built.count < file.total()) {
    const segments = file.from(built.count, LISTED)
    for (const segment of segments) addSegment(segment)
    if (segments.length === 0) addDamaged(file.total())
  }
  return built
}

const TAB = FIELD.charCodeAt(0)

/**
 * Reads lines without `raw`, which is last and needed only where no digest was stored: text of all that was sent would be
 * most of the memory and the time that building takes.
 */
function* linesIn(bytes: Buffer, contents: BigUint64Array | undefined): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, from)
    const end = feed < 0 ? bytes.length : feed
    const to = contents === undefined ? end : bytes.lastIndexOf(TAB, end - 1) + 1
    yield bytes.toString('utf8', from, end > from ? to : end)
    from = end + 1
  }
}
