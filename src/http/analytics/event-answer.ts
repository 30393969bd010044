import { csvLine } from '../../analytics/csv'
import { fieldIn, readFields, tableFields } from '../../analytics/event-fields'
import type { Found } from '../../analytics/events/read-both'
import type { EventsPage } from '../../analytics/events/read-events'
import type { EventRecord } from '../../event/record'
import { type Json, jsonArray, jsonObject, jsonOf } from '../answers/json'
import { jsonReply } from '../openapi'
import { z } from '../zod'
import { AnEvent, eventExample, jsonOfEvent, sizeIn, type View } from './event-view'

export const formats = ['json', 'ndjson', 'csv'] as const

/** Declares in which form events are answered. */
export const formParameters = {
  fields: z.string().min(1).max(4000).optional().openapi({
    description:
      'Fields of the record with commas between, e.g. `eventId,actorId,score`: each event is an object of these, in the place of `view`. `raw` is the text that was sent',
    example: 'eventId,actorId,eventTime',
  }),
  format: z.enum(formats).default('json').openapi({
    description:
      '`ndjson`: an event a line; `csv`: a table (RFC 4180) with a line of names first, of all fields of the record but `raw` unless `fields` names others. What a spreadsheet would take for a formula has an apostrophe before it. Both say in headers what `json` says beside the events',
  }),
}

export const EventPage = z
  .object({
    events: z.array(AnEvent),
    nextCursor: z.string().optional().openapi({
      description: 'Absent on the last page, and only there: a page may be short, even empty',
    }),
    completeTo: z.string().optional().openapi({
      description:
        'Every event that was stored before then is in the pages, if it is asked for. Of what the hot store answers alone, and it knows at once, only the header says it. Absent where nobody knows (on AWS)',
    }),
  })
  .openapi('EventPage')

export const NEXT_CURSOR = 'X-Nonius-Next-Cursor'
export const COMPLETE_TO = 'X-Nonius-Complete-To'

const headers = {
  [NEXT_CURSOR]: z
    .string()
    .optional()
    .openapi({ description: 'As `nextCursor`, of lines and tables' }),
  [COMPLETE_TO]: z.string().optional().openapi({ description: 'As `completeTo`' }),
}

const json = jsonReply(
  EventPage,
  { description: 'A page', example: { events: [eventExample] } },
  headers,
)

/** Declares a page of events. */
export const eventPageReply = {
  ...json,
  content: {
    ...json.content,
    'application/x-ndjson': { schema: z.string().openapi({ description: 'An event a line' }) },
    'text/csv': { schema: z.string().openapi({ description: 'A table' }) },
  },
}

/** How a page is asked for. */
export interface Form {
  format: (typeof formats)[number]
  fields?: string | undefined
  view: View
}

/** A form knows how events are written, and how many bytes one takes at most. */
export interface EventForm {
  format: Form['format']
  /** It names what is given of each event, for the audit trail. */
  said: string
  sizeOf(record: EventRecord): number
  /** Writes a page as lines or as a table. */
  lines(items: readonly Found[]): Iterable<string>
  json(page: EventsPage): Json<z.output<typeof EventPage>>
}

/**
 * Makes the form that is asked for.
 * @throws {AppError} `invalid_request` that names each field that is none
 */
export function formOf({ format, fields, view }: Form): EventForm {
  const asked = fields === undefined ? undefined : readFields(fields)
  const names = asked ?? (format === 'csv' ? tableFields : undefined)
  const said = names === undefined ? view : (fields ?? 'table')

  function valuesOf({ record, isArchived }: Found): unknown[] {
    return names!.map((name) =>
      isArchived && name === 'expiresAt' ? undefined : fieldIn(record, name),
    )
  }

  function jsonOfFound(found: Found): Json<z.output<typeof AnEvent>> {
    if (names !== undefined) {
      return jsonOf(Object.fromEntries(valuesOf(found).map((value, at) => [names[at]!, value])))
    }
    return jsonOfEvent(found.record, view, found)
  }

  function* lines(items: readonly Found[]): Iterable<string> {
    if (format === 'csv') yield csvLine(names!)
    for (const found of items) {
      if (format === 'csv') yield csvLine(valuesOf(found))
      else {
        // A line break of JSON stands between its values: within a text it is escaped.
        for (const piece of jsonOfFound(found)) yield piece.replace(/[\r\n]+/g, ' ')
        yield '\n'
      }
    }
  }

  return {
    format,
    said,
    sizeOf: names === undefined ? sizeIn(view) : sizeOfNames(names),
    lines,
    json: ({ items, nextCursor, completeTo, isBoth }) =>
      jsonObject<z.output<typeof EventPage>>({
        events: jsonArray(items, jsonOfFound),
        nextCursor,
        ...(isBoth && { completeTo }),
      }),
  }
}

// A field takes its name, quotes and a comma beside its value; escapes make a text of JSON twice as long, at most.
const ESCAPED = 2

function sizeOfNames(names: readonly string[]): (record: EventRecord) => number {
  const sizes = names.map((name) => name.length + 8)
  return (record) =>
    names.reduce((sum, name, at) => {
      const value = fieldIn(record, name)
      if (value === undefined) return sum + sizes[at]!
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return sum + sizes[at]! + Buffer.byteLength(text) * ESCAPED
    }, 0)
}
