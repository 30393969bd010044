import { ANY, type BlockName, blockNames, timeLimits } from '../blocklist/blocklist'
import { transmissions } from '../policy/policy'
import { nearest } from '../policy/refusing'
import { type Block, scanPmss } from './scan'

/** The rules of a blocklist were made of a sheet of PMSS; notes say what of it concerns no events. */
export interface PmssRead {
  blocklist: Record<string, unknown>[]
  notes: string[]
  /** These say with their line why it is none. */
  faults: string[]
}

const TYPE = 'incoming_events'
const ACTION = 'blacklist_event_action'
const LIMIT = 'blacklist_time_limit'

/** As much as of a policy in YAML: a sheet of blacklists has some lines a school. */
export const MAX_PMSS_BYTES = 384 * 1024

type Senders = Partial<Record<BlockName, string>>

/** Blocks of one selector say this. Said again, a setting has the later value, and its first place. */
interface Made {
  when: Senders
  said: { action?: string; timeLimit?: string | number }
  /** The specificity of its selector, as in CSS. */
  weight: number
  line: number
}

/**
 * Reads a sheet of PMSS as rules of a blocklist that decide the same as `pmss` 0.0.3: of each setting the block counts
 * whose selector is the most specific. Of several that are equally so and hold together it takes the first, and CSS
 * would take the last: a note says where that makes a difference.
 * @param file is how messages name it
 */
export function readPmss(file: string, text: string): PmssRead {
  const read: PmssRead = { blocklist: [], notes: [], faults: [] }
  if (text.length > MAX_PMSS_BYTES || Buffer.byteLength(text) > MAX_PMSS_BYTES) {
    read.faults.push(`${file}: Must have at most ${MAX_PMSS_BYTES} bytes`)
    return read
  }
  const scanned = scanPmss(text)
  if (scanned.fault !== undefined) {
    read.faults.push(`${file}:${scanned.fault.line}: ${scanned.fault.message}`)
    return read
  }
  const made: Made[] = []
  const first = new Map<string, Made>()
  for (const block of scanned.blocks) {
    const { line, selector } = block
    const add = (list: 'notes' | 'faults', message: string, at = line) =>
      void read[list].push(`${file}:${at}: ${message}`)
    if (selector.type !== undefined && selector.type !== '*' && selector.type !== TYPE) {
      if (block.settings.some(isBlacklist)) {
        const near = nearest(selector.type, [TYPE])
        const message = `${selector.type} are no events: ${near === undefined ? `blacklists are of ${TYPE}` : `did you mean ${near}?`}`
        add('faults', message)
      } else add('notes', `${selector.type} says nothing of events`)
      continue
    }
    const settings = settingsOf(block, add)
    const when = sendersOf(block, add)
    if (when === undefined) continue
    const one: Made = { when, said: {}, weight: weightOf(block), line }
    for (const [member, value] of Object.entries(settings)) {
      const key = JSON.stringify([member, selector.type, selector.attributes])
      const owner = first.get(key) ?? one
      first.set(key, owner)
      Object.assign(owner.said, { [member]: value })
    }
    if (Object.keys(one.said).length > 0) made.push(one)
  }
  if (read.faults.length > 0) return read
  const ties = notesOfTies(made)
  read.notes.push(...ties.map((note) => `${file}:${note}`))
  // The last of a blocklist counts. Where that makes no difference, the order stays for whoever reads it.
  const isTied = ties.length > 0 || made.length > MAX_COMPARED
  const inOrder = isTied ? made.toReversed() : made
  read.blocklist = named(inOrder.toSorted((one, other) => one.weight - other.weight))
  return read
}

const MAX_NOTES = 20
// Comparing more blocks of one weight would take longer than reading them; so long a sheet is a program's.
const MAX_COMPARED = 500

/** Tells of blocks that are equally specific, hold together and say different things. */
function notesOfTies(made: readonly Made[]): string[] {
  const some = made.slice(0, MAX_COMPARED)
  const notes = some.flatMap((one, at) =>
    some.slice(at + 1).flatMap((later) => {
      if (one.weight !== later.weight || !holdTogether(one.when, later.when)) return []
      const { action, timeLimit } = later.said
      const differs =
        (action !== undefined && (one.said.action ?? action) !== action) ||
        (timeLimit !== undefined && (one.said.timeLimit ?? timeLimit) !== timeLimit)
      if (!differs) return []
      return [
        `${later.line}: Line ${one.line} is as specific; where both hold, that counts, as in pmss 0.0.3`,
      ]
    }),
  )
  return notes.slice(0, MAX_NOTES)
}

function holdTogether(one: Senders, other: Senders): boolean {
  return blockNames.every((name) => {
    const [a, b] = [one[name], other[name]]
    return a === undefined || b === undefined || a === b || a === ANY || b === ANY
  })
}

type Add = (list: 'notes' | 'faults', message: string, at?: number) => void

const isBlacklist = ({ name }: Block['settings'][number]) => name === ACTION || name === LIMIT

/** The weight as in CSS: a type 1, an attribute 10. */
function weightOf({ selector: { type, attributes } }: Block): number {
  return attributes.length * 10 + (type === TYPE ? 1 : 0)
}

function settingsOf({ settings, selector }: Block, add: Add): Made['said'] {
  const rule: Made['said'] = {}
  for (const { name, value, line } of settings) {
    if (name === ACTION) {
      if ((transmissions as readonly string[]).includes(value)) rule.action = value
      else add('faults', `${ACTION} must be ${wordsOf(transmissions, value)}`, line)
    } else if (name === LIMIT) {
      const limit = timeLimitOf(value)
      if (limit !== undefined) rule.timeLimit = limit
      else
        add('faults', `${LIMIT} must be ${wordsOf(timeLimits, value)}, or whole milliseconds`, line)
    } else {
      const near = nearest(name, [ACTION, LIMIT])
      if (near !== undefined || name.startsWith('blacklist')) {
        add(
          'faults',
          `${name} is not known; did you mean ${near ?? `${ACTION} or ${LIMIT}`}?`,
          line,
        )
      } else if (selector.type === TYPE) add('notes', `${name} says nothing of who may send`, line)
    }
  }
  return rule
}

function wordsOf(words: readonly string[], value: string): string {
  const near = nearest(value, words)
  const hint = near === undefined ? '' : `: did you mean ${near}?`
  return `${words.join(', ')}; got ${JSON.stringify(value.slice(0, 40))}${hint}`
}

function timeLimitOf(value: string): string | number | undefined {
  const word = timeLimits.find((one) => one === value.toUpperCase())
  if (word !== undefined) return word
  return /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined
}

function sendersOf({ selector: { attributes } }: Block, add: Add): Senders | undefined {
  const when: Senders = {}
  for (const { name, value } of attributes) {
    const known = blockNames.find((one) => one === name)
    if (known === undefined) {
      const near = nearest(name, blockNames)
      const hint =
        near === undefined ? `known are ${blockNames.join(', ')}` : `did you mean ${near}?`
      return void add('faults', `${name} is not known of a sender; ${hint}`)
    }
    if (when[known] !== undefined) return void add('faults', `${name} must be named once`)
    if (value === '') return void add('faults', `${name} must have a value`)
    if (value?.startsWith('*')) {
      const rule = `${name} is compared as a whole: ${value} has to be said in the policy, where it is any below it`
      return void add('faults', rule)
    }
    when[known] = value ?? ANY
  }
  return when
}

// The name of a rule may not have these.
const OTHERS = /[^\p{L}\p{N} ._:/()+%-]+/gu
const MAX_NAME = 64

/** Names each rule by its senders; an import of the same again names them alike. */
function named(made: readonly Made[]): Record<string, unknown>[] {
  const names = new Set<string>()
  return made.map(({ when, said }) => {
    const senders = Object.entries(when).map(([name, value]) =>
      value === ANY ? `any ${name}` : value,
    )
    const plain = `blacklist ${senders.join(' ') || 'all'}`.replaceAll(OTHERS, '-')
    let name = ''
    for (let n = 1; name === '' || names.has(name); n += 1) {
      const end = n === 1 ? '' : ` (${n})`
      name = `${plain.slice(0, MAX_NAME - end.length).replace(/[^\p{L}\p{N})%]+$/u, '')}${end}`
    }
    names.add(name)
    return { name, when, ...said }
  })
}
