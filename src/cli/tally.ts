import { itemKind } from '../standards/caliper/conformance'
import type { FileForm } from '../standards/standard'
import { supposed } from './file-standards'
import type { ParsedItem, ParsedPiece } from './piece'

/** A tally counts what a file holds, and notes how it is laid out. */
export interface Tally {
  take(piece: ParsedPiece, form: FileForm): void
  itemCount(): number
  documentCount(): number
  /** Says what the file is taken for, e.g. `1,200 native events as JSON lines`. */
  text(notes: readonly string[]): string
}

export function createTally(): Tally {
  const counts = new Map<Words, number>()
  let describes = 0
  let envelopes = 0
  let items = 0
  let documents = 0
  let isList = false
  let areLines = true
  let lastLine = 0

  function layout(): string {
    const inEnvelopes = envelopes === 1 ? 'in an envelope' : `in ${number(envelopes)} envelopes`
    const held = envelopes > 0 ? `${inEnvelopes}, ` : ''
    if (documents > 1) return `${held}${areLines ? 'as JSON lines' : 'as JSON, one after another'}`
    if (envelopes > 0) return inEnvelopes
    return isList ? 'in a JSON array' : 'as a JSON document'
  }

  function takeItem({ value, text, steps }: ParsedItem, form: FileForm): void {
    items += 1
    if (form === supposed && itemKind(value) === 'entity') describes += 1
    else {
      const words = form.wordsOf?.(value) ?? form.words
      counts.set(words, (counts.get(words) ?? 0) + 1)
    }
    if (steps.length > 0) isList = true
    if (text.includes('\n')) areLines = false
  }

  return {
    take(piece, form) {
      const { document, line } = piece.in
      if (document + 1 > documents) {
        documents = document + 1
        if (line <= lastLine) areLines = false
        lastLine = line
      }
      if (piece.kind === 'item') takeItem(piece, form)
      else envelopes += 1
    },
    itemCount: () => items,
    documentCount: () => documents,
    text(notes) {
      const held = [...counts].map(([words, count]) => some(count, words))
      const all = describes === 0 ? held : [...held, some(describes, describe)]
      const packed = notes.length === 0 ? '' : ` (${notes.join(', ')})`
      const what = all.length === 0 ? 'nothing' : listed.format(all)
      return `${what} ${layout()}${packed}`
    },
  }
}

// The list reads as British English has it: `a, b and c`.
const listed = new Intl.ListFormat('en-GB')

const describe = { one: 'Caliper describe', many: 'Caliper describes' }

type Words = Pick<FileForm['words'], 'one' | 'many'>

function some(count: number, { one, many }: Words): string {
  return `${number(count)} ${count === 1 ? one : many}`
}

export function number(count: number): string {
  return count.toLocaleString('en')
}
