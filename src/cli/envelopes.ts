import type { FileForm } from '../standards/standard'
import { parseElements } from '../syntax/json-elements'
import type { Document } from './documents'
import { CommandError } from './failure'

// A request has so many items: large enough that the network's round trips do not matter, far below
// the 6 MB that servers take by default.
const MAX_ITEMS = 500
const MAX_BYTES = 1024 * 1024

/** A parcel becomes one request: it has a body, and the place where each of its items stood. */
export interface Parcel {
  body: string
  places: string[]
}

/**
 * Turns documents into requests: a whole body (an envelope) goes as it stands; loose items (events
 * and describes) are put into bodies of `sensor`, their text untouched.
 * @throws {CommandError} naming a document that is neither
 */
export function* intoParcels(
  documents: Iterable<Document>,
  { isDocument, itemsOf, enclose }: FileForm,
  sensor: string,
): Generator<Parcel> {
  let items: string[] = []
  let places: string[] = []
  let bytes = 0
  function wrapped(): Parcel {
    const parcel = { body: enclose(items, sensor), places }
    items = []
    places = []
    bytes = 0
    return parcel
  }

  for (const document of documents) {
    if (isDocument(document.value)) {
      const { member, items } = itemsOf(document.value)
      yield { body: document.text, places: placesIn(document.place, items, member) }
      continue
    }
    for (const { text, place } of looseItems(document)) {
      const size = Buffer.byteLength(text)
      if (items.length === MAX_ITEMS || (items.length > 0 && bytes + size > MAX_BYTES))
        yield wrapped()
      items.push(text)
      places.push(place)
      bytes += size
    }
  }
  if (items.length > 0) yield wrapped()
}

function looseItems({ place, text, value }: Document): { text: string; place: string }[] {
  if (Array.isArray(value)) {
    const elements = parseElements(text)?.elements ?? []
    const places = placesIn(place, value, '')
    return elements.map((element, i) => ({ text: element.text, place: places[i]! }))
  }
  if (typeof value === 'object' && value !== null) return [{ text, place }]
  const found = value === null ? 'null' : `a ${typeof value}`
  throw new CommandError(`${place} holds neither an envelope nor an event, but ${found}`)
}

function placesIn(place: string, items: unknown, member: string): string[] {
  return Array.isArray(items) ? items.map((_, i) => `${place} ${member}[${i}]`) : [place]
}
