import { z } from '../zod'

const id = z.union([z.string(), z.int()]).nullish()

/** For the document only: bodies are read by `standards/native`. */
const NativeEvent = z
  .looseObject({
    event_type: z.string().openapi({ description: 'What happened' }),
    timestamp: z
      .union([z.string(), z.number()])
      .nullish()
      .openapi({ description: 'ISO 8601, or seconds or milliseconds since 1970. Default: now' }),
    user_id: id,
    source: id.openapi({ description: 'The application that reports it' }),
    session_id: id,
    event_id: id.openapi({ description: 'Makes a resend recognisable' }),
    properties: z.looseObject({}).nullish(),
  })
  .openapi('NativeEvent')

const anyItem = z.union([NativeEvent, z.unknown()])

// Truthful about what is refused, which is little: an item that is no event is quarantined alone.
export const NativeBody = z
  .union([NativeEvent, z.looseObject({}), z.array(anyItem)])
  .openapi('NativeBody', {
    description:
      'An event, an array of them, or `{ source, events }`: an array, and the source of those in it that have none of their own',
  })

export const nativeEvent = {
  event_type: 'lesson_completed',
  timestamp: '2026-11-15T10:15:00.000Z',
  user_id: 'u-554433',
  source: 'reader',
  properties: { lesson: 7, minutes: 12 },
}

/** Each shape of a body, by the name of its example. */
export const nativeBodies = {
  one: { summary: 'One event', value: nativeEvent },
  list: { summary: 'Several events', value: [nativeEvent, { event_type: 'logged_out' }] },
  sourced: {
    summary: 'Several events of one source',
    value: { source: 'reader', events: [{ event_type: 'page_viewed', payload: { page: 7 } }] },
  },
}

/** With no example of its own: fuzzers that cannot write this media type stumble over one. */
export const NativeLines = z.string().openapi('NativeLines', {
  description: `One \`NativeEvent\` a line, e.g.

    {"event_type":"logged_in","user_id":"u-554433"}
    {"event_type":"lesson_completed","user_id":"u-554433","properties":{"lesson":7}}`,
})
