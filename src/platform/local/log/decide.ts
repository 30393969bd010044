import type { EventRecord } from '../../../event/record'
import type { AppendOutcome } from '../../event-store'
import { addEntry, contentAt, endOf, findId, truncate } from './event-index'
import type { EventLog } from './event-log'
import type { Generation } from './generation'
import { type Compared, type Doubt, heldContent, isSame, isText } from './sameness'

const STORED: AppendOutcome = { kind: 'stored' }
const DUPLICATE: AppendOutcome = { kind: 'duplicate' }
const CONFLICT: AppendOutcome = { kind: 'conflict' }
const WITHHELD: AppendOutcome = { kind: 'withheld' }

interface Call extends Compared {
  /** All of its records are stored, or none. */
  whole: boolean
}

interface Needs {
  log: EventLog
  /** It grows, and its index gets what is stored. */
  generation: Generation
  /** Gets what is stored. */
  fresh: EventRecord[]
}

interface Decided {
  outcomes: AppendOutcome[]
  /** With any, nothing is decided. */
  doubts: Doubt[]
}

/** Decides on a call. Where it has doubts, or a whole one is in conflict, nothing of it is stored. */
export function decide(call: Call, { log, generation, fresh }: Needs): Decided {
  const { index } = generation
  const [end, count] = [endOf(index), fresh.length]
  const doubts: Doubt[] = []
  const outcomes = call.entries.map((entry, at) => {
    const found = findIn(log, entry.id)
    if (found === undefined) {
      addEntry(index, entry)
      fresh.push(call.records[at]!)
      return STORED
    }
    const { held, offset } = found
    const { hasTexts, base } = held
    const position = base + offset
    const place = { hasTexts, position, content: contentAt(held.index, offset) }
    const content = heldContent(call, place, entry.content)
    const same = isSame(entry.content, content)
    if (same === undefined) {
      const isOwn = held === generation && offset >= end.count
      doubts.push({ at, isOwn, position: isText(content) ? position : undefined })
    }
    return same === true ? DUPLICATE : CONFLICT
  })
  const isWithheld = call.whole && outcomes.includes(CONFLICT)
  if (!isWithheld && doubts.length === 0) return { outcomes, doubts }
  truncate(index, end)
  fresh.length = count
  return { outcomes: outcomes.map((one) => (one === CONFLICT ? CONFLICT : WITHHELD)), doubts }
}

function findIn(log: EventLog, id: bigint): { held: Generation; offset: number } | undefined {
  for (const held of log.newestFirst()) {
    const offset = findId(held.index, id)
    if (offset >= 0) return { held, offset }
  }
  return undefined
}
