import type { EventRecord } from '../../event/record'

type Told = Pick<EventRecord, 'raw' | 'repair'>

/** An event stands at this place in a message without its content, which has so many bytes. */
export interface Thin {
  index: number
  bytes: number
}

/**
 * Writes the body of a message: each event is the text that was sent, so nothing of it is lost. For
 * repaired events, `repaired` says at which place they stand, and who changed what; `thin` says which
 * were too large for the message.
 */
export function payloadOf(
  timestamp: string,
  records: readonly Told[],
  thin: readonly Thin[] = [],
): string {
  const raws = records.map(({ raw }) => raw)
  const repaired = records.flatMap(({ repair }, index) => (repair ? [{ index, ...repair }] : []))
  const marks = [markOf('repaired', repaired), markOf('thin', thin)].join('')
  const at = JSON.stringify(timestamp)
  return `{"type":"events","timestamp":${at},"data":[${raws.join(',')}]${marks}}`
}

function markOf(name: string, marked: readonly object[]): string {
  return marked.length === 0 ? '' : `,"${name}":${JSON.stringify(marked)}`
}
