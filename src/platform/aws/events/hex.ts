/**
 * Half of what an event says anew are identifiers of 128 bits. Written in hexadecimal they
 * take 32 or 36 characters, and no compressor gets below 18 bytes, since each digit has to be told from
 * all other text. Here each is taken out of the text, as its sixteen bytes.
 */

// They are written in lower or upper case, as a UUID (RFC 9562, section 4) or without hyphens. A longer run of digits, as a
// SHA-1 is, gives what it has of 32.
const IDENTIFIER = new RegExp(
  [
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
    '[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}',
    '[0-9a-f]{32}',
    '[0-9A-F]{32}',
  ].join('|'),
  'g',
)

// One of these stands in the text instead and says how it was written; a character after it says which it is.
// JSON has none of them (RFC 8259, section 7); a text that has one keeps its identifiers.
const FORMS = { uuid: 1, upperUuid: 2, plain: 3, upperPlain: 4 } as const
const MARKS = `[${String.fromCharCode(FORMS.uuid)}-${String.fromCharCode(FORMS.upperPlain)}]`
const MARK = new RegExp(MARKS)
const MARKED = new RegExp(`(${MARKS})([^])`, 'g')

const FIRST = 0x21
// The characters from `!` to `~` take one byte each; what a text has beyond stays in it.
export const MOST_IDENTIFIERS = 0x7e - FIRST + 1
export const IDENTIFIER_BYTES = 16

/** Takes identifiers out of a text. One that stands in it several times is taken once. */
export function takeIdentifiers(text: string): { text: string; identifiers: Uint8Array } {
  if (MARK.test(text)) return { text, identifiers: new Uint8Array() }
  const places = new Map<string, number>()
  const short = text.replaceAll(IDENTIFIER, (written) => {
    const digits = written.replaceAll('-', '').toLowerCase()
    const place = places.get(digits) ?? places.size
    if (place === MOST_IDENTIFIERS) return written
    places.set(digits, place)
    return String.fromCharCode(formOf(written), FIRST + place)
  })
  return { text: short, identifiers: Buffer.from([...places.keys()].join(''), 'hex') }
}

/** Puts identifiers back where they were. */
export function putIdentifiers(text: string, identifiers: Uint8Array): string {
  if (identifiers.length === 0) return text
  const digits = Buffer.from(identifiers).toString('hex')
  return text.replaceAll(MARKED, (_, form: string, place: string) => {
    const from = 2 * IDENTIFIER_BYTES * (place.charCodeAt(0) - FIRST)
    return writtenAs(form.charCodeAt(0), digits.slice(from, from + 2 * IDENTIFIER_BYTES))
  })
}

function formOf(written: string): number {
  const isUpper = /[A-F]/.test(written)
  if (written.includes('-')) return isUpper ? FORMS.upperUuid : FORMS.uuid
  return isUpper ? FORMS.upperPlain : FORMS.plain
}

function writtenAs(form: number, digits: string): string {
  const cased =
    form === FORMS.upperUuid || form === FORMS.upperPlain ? digits.toUpperCase() : digits
  if (form === FORMS.plain || form === FORMS.upperPlain) return cased
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20]]
    .map(([from, to]) => cased.slice(from, to))
    .join('-')
}
