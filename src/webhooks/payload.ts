import type { EventRecord } from '../event/record'

type Told = Pick<EventRecord, 'raw' | 'repair'>

/**
 * Writes the body of a message: each event is the text that was sent, so nothing of it is lost. For
 * repaired events, `repaired` says at which place they stand, and who changed what.
 */
export function payloadOf(timestamp: string, records: readonly Told[]): string {
  const raws = records.map(({ raw }) => raw)
  const repaired = records.flatMap(({ repair }, index) => (repair ? [{ index, ...repair }] : []))
  const marks = repaired.length === 0 ? '' : `,"repaired":${JSON.stringify(repaired)}`
  const at = JSON.stringify(timestamp)
  return `{"type":"events","timestamp":${at},"data":[${raws.join(',')}]${marks}}`
}
