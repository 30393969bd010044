import { contextIri } from '../standards/caliper/version'
import { parseElements } from '../syntax/json-elements'
import type { Document } from './documents'
import { CommandError } from './failure'

// Per request: large enough that the network's round trips do not matter, far below the 6 MB that
// servers take by default.
const MAX_ITEMS = 500
const MAX_BYTES = 1024 * 1024

/** One request to be: an envelope, and where each of its items stood. */
export interface Parcel {
  body: string
  places: string[]
}

/**
 * Makes requests of documents: an envelope goes as it stands, events and describes are put into
 * envelopes of `sensor`, their text untouched.
 * @throws {CommandError} naming a document that is neither
 */
export function* intoParcels(documents: Iterable<Document>, sensor: string): Generator<Parcel> {
  let items: string[] = []
  let places: string[] = []
  let bytes = 0
  function wrapped(): Parcel {
    const parcel = { body: wrap(items, sensor), places }
    items = []
    places = []
    bytes = 0
    return parcel
  }

  for (const document of documents) {
    if (isEnvelope(document.value)) {
      yield { body: document.text, places: placesIn(document.place, document.value.data, 'data') }
      continue
    }
    for (const { text, place } of itemsOf(document)) {
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

function itemsOf({ place, text, value }: Document): { text: string; place: string }[] {
  if (Array.isArray(value)) {
    const elements = parseElements(text)?.elements ?? []
    const places = placesIn(place, value, '')
    return elements.map((element, i) => ({ text: element.text, place: places[i]! }))
  }
  if (typeof value === 'object' && value !== null) return [{ text, place }]
  const found = value === null ? 'null' : `a ${typeof value}`
  throw new CommandError(`${place} holds neither an envelope nor an event, but ${found}`)
}

/** Events and describes have a type; what surrounds them has not, however little of it is right. */
function isEnvelope(value: unknown): value is { data?: unknown } {
  if (typeof value !== 'object' || value === null || 'type' in value || '@type' in value)
    return false
  return 'data' in value || 'sensor' in value || 'dataVersion' in value
}

function wrap(items: string[], sensor: string): string {
  const sendTime = new Date().toISOString()
  const shell = JSON.stringify({ sensor, sendTime, dataVersion: contextIri, data: [] })
  return `${shell.slice(0, -2)}${items.join(',')}]}`
}

function placesIn(place: string, items: unknown, member: string): string[] {
  return Array.isArray(items) ? items.map((_, i) => `${place} ${member}[${i}]`) : [place]
}
