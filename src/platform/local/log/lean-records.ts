import type { EventRecord, RetentionClass } from '../../../event/record'
import type { Steps } from '../../../syntax/steps'
import { FIELD, unescaped } from './line'
import { LINE_FEED, unzipped } from './segment'

/** A lean record has what trees know of a record beside its text. */
export type LeanRecord = Pick<
  EventRecord,
  'tenantId' | 'eventId' | 'sentSha256' | 'retentionClass' | 'retentionDays'
>

const TAB = FIELD.charCodeAt(0)

// Hashing so many usual texts, or one that is as large, takes some tenths of a millisecond.
const RECORDS_A_STEP = 32
const LARGE = 64 * 1024

/** Tells whether others should have a turn after the record at a place, whose text has so many bytes or characters. */
export const endsStep = (place: number, size: number) =>
  place % RECORDS_A_STEP === RECORDS_A_STEP - 1 || size > LARGE

/**
 * Gives the records of a segment one by one. It looks for the ends of columns among the bytes, and makes
 * texts of the few that are asked for: a thousand texts of some megabytes would leave gigabytes for the
 * engine to collect. What was erased, or is damaged, is left out.
 * @param give is given the text in UTF-8 as well, which is good within the call
 */
export function* eachLeanRecord(
  body: Uint8Array,
  columns: readonly string[],
  give: (record: LeanRecord, raw: Uint8Array) => void,
): Steps<void> {
  const bytes = unzipped(body)
  if (bytes === undefined) return
  const placeOf = (name: string) => columns.indexOf(name)
  const [tenantId, eventId, sent] = ['tenant_id', 'event_id', 'sent_sha256'].map(placeOf)
  const [retentionClass, days, raw] = ['retention_class', 'retention_days', 'raw'].map(placeOf)
  /** Where the columns of a line begin; each ends one byte before the next begins. */
  const begins = new Uint32Array(columns.length + 1)

  /** Finds where columns begin. @returns false where the line has not all of them */
  function splits(line: Buffer, from: number, end: number): boolean {
    begins[0] = from
    let column = 1
    for (let at = from; at < end && column < columns.length; at += 1) {
      if (line[at] === TAB) begins[column++] = at + 1
    }
    begins[column] = end + 1
    return column === columns.length
  }

  /** @returns the text of a column; nothing of one that lines of former versions do not have */
  function textAt(line: Buffer, place: number): string {
    const [from, to] = [begins[place]!, begins[place + 1]! - 1]
    return place < 0 || from === to ? '' : unescaped(line.toString('utf8', from, to))
  }

  for (let from = 0, place = 0; from < bytes.length; place += 1) {
    const end = bytes.indexOf(LINE_FEED, from)
    // A body that ends within a line, which none of ours does, ends here as well.
    if (end < 0) return
    if (end > from && splits(bytes, from, end)) {
      const retentionDays = textAt(bytes, days!)
      const record: LeanRecord = {
        tenantId: textAt(bytes, tenantId!),
        eventId: textAt(bytes, eventId!),
        sentSha256: textAt(bytes, sent!) || undefined,
        retentionClass: textAt(bytes, retentionClass!) as RetentionClass,
        retentionDays: retentionDays === '' ? undefined : Number(retentionDays),
      }
      give(record, bytes.subarray(begins[raw!], begins[raw! + 1]! - 1))
    }
    if (endsStep(place, end - from)) yield
    from = end + 1
  }
}
