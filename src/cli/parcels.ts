import { standardNamed } from '../standards'
import type { FileForm } from '../standards/standard'
import type { FileReading } from './decide'
import { supposed } from './file-standards'
import {
  type EnvelopeRest,
  type ParsedItem,
  type ParsedPiece,
  type Place,
  stepsText,
} from './piece'

// A request has so many items: large enough that the network's round trips do not matter, far below
// the 6 MB that servers take by default.
const MAX_ITEMS = 500
const MAX_BYTES = 1024 * 1024

/** A parcel becomes one request. */
export interface Parcel {
  form: FileForm
  /** All its items are read by this context. */
  context: Record<string, string>
  body: string
  /** The place where each of its items stood. */
  places: string[]
  /** The text of each item; an envelope that is no list has none. */
  texts: string[]
}

/** The shell stands around the items of an envelope. */
export type Shell = Pick<EnvelopeRest, 'head' | 'tail'>

interface Options extends FileReading {
  sensor: string
  placeOf(item: Pick<ParsedItem, 'in' | 'steps'>): string
  /** Returns the shell of an envelope that is too large to be held until its end. */
  shellOf(envelope: Pick<ParsedItem, 'in' | 'steps'>): Shell | undefined
}

/**
 * Packs the pieces of a file into requests, in their order: an envelope becomes one request as it
 * stands, or several when it is large; loose items are put into bodies of their standard. No text of
 * an item changes.
 */
export function createPacker(options: Options, emit: (parcel: Parcel) => void) {
  const { formFor, sensor, placeOf, shellOf } = options
  let open: Open | undefined

  function close(shell?: Shell): void {
    if (open === undefined) return
    const { form, context, texts, places, envelope } = open
    open = undefined
    const around = shell ?? (envelope && shellOf(envelope))
    const body = around
      ? `${around.head}${texts.join(',')}${around.tail}`
      : form.enclose(texts, sensor)
    emit({ form, context, body, places, texts })
  }

  function takeItem(item: ParsedItem): void {
    const form = formFor(item.value)
    if (item.steps.length === 0 && form.isDocument(item.value)) {
      close()
      emit({ form, context: {}, body: item.text, places: [placeOf(item)], texts: [] })
      return
    }
    const isInEnvelope = form === supposed && item.steps.includes('data')
    const envelope = isInEnvelope ? envelopeOf(item) : undefined
    const context = form.contextOf?.(item.value) ?? {}
    const id = isRefusedWhole(form) ? idOf(item.value) : undefined
    const bytes = Buffer.byteLength(item.text)
    if (open !== undefined) {
      const isAnother =
        open.form !== form || !isSame(open.context, context) || keyOf(open) !== keyOf({ envelope })
      const isFull = open.texts.length === MAX_ITEMS || open.bytes + bytes > MAX_BYTES
      // A record store refuses a request that has an id twice.
      if (isAnother || isFull || (id !== undefined && open.ids.has(id))) close()
    }
    open ??= { form, context, envelope, texts: [], places: [], ids: new Set(), bytes: 0 }
    open.texts.push(item.text)
    open.places.push(placeOf(item))
    open.bytes += bytes
    if (id !== undefined) open.ids.add(id)
  }

  function takeEnvelope(piece: EnvelopeRest): void {
    const isOpen = open !== undefined && keyOf(open) === keyOf({ envelope: piece })
    if (isOpen) close(piece)
    if (isOpen || piece.size > 0) return
    close()
    emit({
      form: supposed,
      context: {},
      body: piece.head + piece.tail,
      places: [placeOf(piece)],
      texts: [],
    })
  }

  return {
    take(piece: ParsedPiece): void {
      if (piece.kind === 'item') takeItem(piece)
      else takeEnvelope(piece)
    },
    end: () => close(),
  }
}

interface Open extends Pick<Parcel, 'form' | 'context'> {
  envelope: Where | undefined
  texts: string[]
  places: string[]
  ids: Set<string>
  bytes: number
}

interface Where {
  in: Place
  steps: (string | number)[]
}

/** Tells whether one item that is refused costs its request all others. */
export function isRefusedWhole({ name }: FileForm): boolean {
  return standardNamed(name)?.onRefusal === 'request'
}

function isSame(one: Record<string, string>, other: Record<string, string>): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** The envelope that an item stands in, which is `data` and an index above it. */
function envelopeOf({ in: own, steps }: ParsedItem): Where {
  return { in: own, steps: steps.slice(0, -2) }
}

function keyOf({ envelope }: { envelope?: Where | undefined }): string {
  return envelope === undefined ? '' : envelopeKey(envelope)
}

/** Tells an envelope of a file from the others. */
export function envelopeKey({ in: own, steps }: Where): string {
  return `${own.document}${stepsText(steps)}`
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
  return typeof id === 'string' ? id.toLowerCase() : undefined
}
