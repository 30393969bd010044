import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { anEnvelope, anEnvelopeText, anEvent } from './envelopes'

/** A body that somebody may send, right or wrong, and how. */
export interface Body {
  name: string
  bytes(): Uint8Array
  headers?: Record<string, string>
  /** Which HTTP statuses it may be answered with, whatever the door; by default 200, 400 and 413. */
  statuses?: readonly number[]
}

const MB = 1024 * 1024
const utf8 = (text: string) => new TextEncoder().encode(text)
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const envelope = () => anEnvelopeText()
const around = (data: string) =>
  `{"sensor":"urn:s","sendTime":"2026-11-21T09:30:00.000Z","dataVersion":"http://purl.imsglobal.org/ctx/caliper/v1p2","data":${data}}`
const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join()

/** An event of either standard with something in it. */
const event = (member: string) =>
  `{"type":"ViewEvent","event_type":"seen","actor":"urn:a","action":"Viewed","object":"urn:o","eventTime":"2026-11-21T09:30:00.000Z",${member}}`

const texts: Record<string, () => string> = {
  nothing: () => '',
  'white space': () => ' \r\n\t ',
  'a byte order mark': () => '\ufeff',
  'an envelope after a byte order mark': () => `\ufeff${envelope()}`,
  'an envelope': envelope,
  'an event alone': () => JSON.stringify(anEvent()),
  'an array of events': () => JSON.stringify([anEvent(), anEvent()]),
  'an array of envelopes': () => JSON.stringify([anEnvelope(), anEnvelope()]),
  'a batch of an envelope and nonsense': () => `[${envelope()},1,"x",null,[]]`,
  lines: () => '{"event_type":"a"}\n{"event_type":"b"}\n',
  'lines with nonsense between': () => '{"event_type":"a"}\nhello\n{"event_type":"b"}',
  'a million empty lines': () => '\n'.repeat(1_000_000),
  null: () => 'null',
  true: () => 'true',
  'a number': () => '17',
  'a string': () => '"hello"',
  'an empty object': () => '{}',
  'an empty array': () => '[]',
  'no data': () => '{"sensor":"urn:s"}',
  'data that is null': () => around('null'),
  'data that is an object': () => around('{}'),
  'data that is empty': () => around('[]'),
  'data twice': () => `{"data":[${event('"a":1')}],"data":[${event('"a":2')}]}`,
  'no JSON': () => '<xml/>',
  'half an envelope': () => envelope().slice(0, -7),
  'an envelope and more': () => `${envelope()}}`,
  'two envelopes': () => envelope() + envelope(),
  'a comma too many': () => around('[1,]'),
  'single quotes': () => envelope().replaceAll('"', "'"),
  NaN: () => around(`[${event('"x":NaN')}]`),
  comments: () => `/* hello */ ${envelope()}`,
  'control characters': () => around(`[${event('"x":"\u0000\u0001"')}]`),
  'escaped control characters': () => around(`[${event('"x":"\\u0000\\u0001"')}]`),
  'half a surrogate pair': () => around(`[${event('"x":"\\ud800"')}]`),
  'half a surrogate pair in an id': () => around(`[${event('"id":"urn:\\udfff"')}]`),
  'names of prototypes': () => around(`[${event('"__proto__":{"x":1},"constructor":1')}]`),
  'the same name a thousand times': () => around(`[${event(times(1000, () => '"x":1'))}]`),
  'ten thousand names': () => around(`[${event(times(10_000, (i) => `"x${i}":1`))}]`),
  'an id of a megabyte': () => around(`[${event(`"id":"urn:${'x'.repeat(MB)}"`)}]`),
  'a type of a megabyte': () => `{"event_type":"${'x'.repeat(MB)}","type":"${'x'.repeat(MB)}"}`,
  'a number of a megabyte': () => around(`[${event(`"x":${'9'.repeat(MB)}`)}]`),
  'an exponent of a megabyte': () => around(`[${event(`"x":1e${'9'.repeat(MB)}`)}]`),
  'a string of five megabytes': () => around(`[${event(`"x":"${'x'.repeat(5 * MB)}"`)}]`),
  'quotes of two megabytes': () => around(`[${event(`"x":"${'\\"'.repeat(MB)}"`)}]`),
  'backslashes without an end': () => `"${'\\'.repeat(2 * MB)}`,
  'a hundred levels': () => around(`[${event(`"x":${'['.repeat(98)}${']'.repeat(98)}`)}]`),
  'a thousand levels': () => around(`[${event(`"x":${'['.repeat(1000)}${']'.repeat(1000)}`)}]`),
  'a million levels': () => '['.repeat(MB) + ']'.repeat(MB),
  'a million levels of objects': () => `${'{"a":'.repeat(MB)}1${'}'.repeat(MB)}`,
  'a million brackets without an end': () => around('['.repeat(MB)),
  'fifty thousand tiny items': () => around(`[${times(50_000, () => '{}')}]`),
  'more items than there may be': () => around(`[${times(50_001, () => '1')}]`),
  'ten thousand items with every fault': () =>
    around(`[${times(10_000, (i) => `{"type":5,"id":${i},"actor":[],"eventTime":"x"}`)}]`),
  'a million empty arrays in an event': () =>
    around(`[${event(`"x":[${times(MB, () => '[]')}]`)}]`),
  'a million numbers in an event': () => around(`[${event(`"x":[${times(MB, () => '1')}]`)}]`),
  'a hundred thousand names in an event': () =>
    around(`[${event(`"x":{${times(100_000, (i) => `"k${i}":1`)}}`)}]`),
  'a hundred thousand names around the items': () =>
    `{"data":[],${times(100_000, (i) => `"k${i}":1`)}}`,
  'timestamps that are none': () =>
    around(
      `[${times(100, (i) => `{"type":"ViewEvent","actor":"urn:a","eventTime":"2026-02-3${i}"}`)}]`,
    ),
  'more than may be sent': () => around(`["${'x'.repeat(7 * MB)}"]`),
}

const coded: Body[] = [
  { name: 'Latin-1', bytes: () => latin1(around(`[${event('"x":"\xe4\xf6\xfc"')}]`)) },
  { name: 'UTF-16', bytes: () => Buffer.from(`\ufeff${envelope()}`, 'utf16le') },
  { name: 'bytes that are no text', bytes: () => new Uint8Array(1000).fill(0xff) },
  { name: 'zeros', bytes: () => new Uint8Array(MB) },
  ...(
    [
      ['gzip', () => gzipSync(envelope())],
      ['x-gzip', () => gzipSync(envelope())],
      ['deflate', () => deflateSync(envelope())],
      ['deflate', () => deflateRawSync(envelope())],
      ['gzip', () => gzipSync(envelope()).subarray(0, -9)],
      ['gzip', () => utf8(envelope())],
      ['gzip', () => new Uint8Array()],
      ['gzip', () => gzipSync(' '.repeat(100 * MB))],
      ['gzip', () => withStatedSize(gzipSync(envelope()), 0xffffffff)],
      ['gzip', () => withStatedSize(gzipSync(envelope()), 1)],
      ['gzip', () => Buffer.concat([gzipSync(envelope()), gzipSync(' '.repeat(7 * MB))])],
      ['gzip', () => gzipSync(gzipSync(envelope()))],
      ['deflate', () => deflateRawSync(' '.repeat(100 * MB))],
    ] as const
  ).map(([encoding, bytes], place) => ({
    name: `${encoding} no. ${place + 1}`,
    headers: { 'Content-Encoding': encoding },
    bytes,
  })),
  ...['gzip, gzip', 'compress', '*'].map((encoding) => ({
    name: `encoded as ${encoding}`,
    headers: { 'Content-Encoding': encoding },
    bytes: () => utf8(envelope()),
    statuses: [415],
  })),
]

/** What every door must be able to meet: never a 500, never silence, nothing of it lost. */
export const bodies: Body[] = [
  ...Object.entries(texts).map(([name, text]) => ({ name, bytes: () => utf8(text()) })),
  ...coded,
]

/** RFC 1952, 2.3.1: what the end of a gzip member says of its size. */
function withStatedSize(bytes: Buffer, size: number): Uint8Array {
  const lying = Buffer.from(bytes)
  lying.writeUInt32LE(size, lying.length - 4)
  return lying
}
