import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status'
import type { Json, JsonText } from './answers/json'
import type { Hold } from './answers/room'
import { sendPieces } from './answers/send'
import type { AppContext } from './context'
import type { ContentOf, EmptyStatusOf, Reply, Route, StatusWith } from './route'

type JsonStatus<R extends Route> = StatusWith<R, 'application/json'>
type JsonContent<R extends Route, Status extends JsonStatus<R>> = ContentOf<
  R,
  Status,
  'application/json'
>

/** The ways to answer a route: with a status that it declares, and what that status is declared to bring. */
export interface Replies<R extends Route> {
  json<Status extends JsonStatus<R>>(
    c: AppContext,
    status: Status,
    content: JsonContent<R, Status>,
  ): Reply<Status, JsonContent<R, Status>>
  /** Sends JSON that is written already. */
  written<Status extends JsonStatus<R>>(
    c: AppContext,
    status: Status,
    content: JsonText<JsonContent<R, Status>>,
  ): Reply<Status, JsonContent<R, Status>>
  /** Sends JSON piece by piece, as `sendPieces` does. */
  stream<Status extends JsonStatus<R>>(
    c: AppContext,
    status: Status,
    content: Json<JsonContent<R, Status>>,
    hold: Hold,
  ): Reply<Status, JsonContent<R, Status>>
  /** Sends bytes piece by piece, as `sendPieces` does, under a `Content-Type` with its boundary. */
  multipart<Status extends StatusWith<R, 'multipart/mixed'>>(
    c: AppContext,
    status: Status,
    content: { contentType: string; pieces: Iterable<string | Uint8Array> },
    hold: Hold,
  ): Reply<Status, ContentOf<R, Status, 'multipart/mixed'>>
  /** Sends lines of JSON piece by piece, as `sendPieces` does. */
  lines<Status extends StatusWith<R, 'application/x-ndjson'>>(
    c: AppContext,
    status: Status,
    pieces: Iterable<string>,
    hold: Hold,
  ): Reply<Status, ContentOf<R, Status, 'application/x-ndjson'>>
  /** Sends a table with a line of names first (RFC 4180) to be saved, piece by piece, as `sendPieces` does. */
  table<Status extends StatusWith<R, 'text/csv'>>(
    c: AppContext,
    status: Status,
    table: { name: string; pieces: Iterable<string> },
    hold: Hold,
  ): Reply<Status, ContentOf<R, Status, 'text/csv'>>
  /** Sends bytes of whatever type they are, piece by piece, as `sendPieces` does. */
  bytes<Status extends StatusWith<R, '*/*'>>(
    c: AppContext,
    status: Status,
    content: { contentType: string; bytes: Uint8Array },
    hold: Hold,
  ): Reply<Status, ContentOf<R, Status, '*/*'>>
  /** Sends a file to be saved, piece by piece as its reader takes them. */
  download<Status extends StatusWith<R, '*/*'>>(
    c: AppContext,
    status: Status,
    file: { contentType: string; name: string; pieces: AsyncIterable<Uint8Array> },
  ): Reply<Status, ContentOf<R, Status, '*/*'>>
  html<Status extends StatusWith<R, 'text/html'>>(
    c: AppContext,
    status: Status,
    page: ContentOf<R, Status, 'text/html'>,
  ): Reply<Status, ContentOf<R, Status, 'text/html'>>
  /** Sends text under a `Content-Type` with its version. */
  plain<Status extends StatusWith<R, 'text/plain'>>(
    c: AppContext,
    status: Status,
    content: { contentType: string; text: ContentOf<R, Status, 'text/plain'> },
  ): Reply<Status, ContentOf<R, Status, 'text/plain'>>
  /** Sends the same as JSON would, as YAML. */
  yaml<Status extends StatusWith<R, 'application/yaml'>>(
    c: AppContext,
    status: Status,
    text: ContentOf<R, Status, 'application/yaml'>,
  ): Reply<Status, ContentOf<R, Status, 'application/yaml'>>
  /** Sends events as they come: server-sent events. */
  events<Status extends StatusWith<R, 'text/event-stream'>>(
    c: AppContext,
    status: Status,
    body: ReadableStream<Uint8Array> | null,
  ): Reply<Status, ContentOf<R, Status, 'text/event-stream'>>
  empty<Status extends Exclude<EmptyStatusOf<R>, 101>>(
    c: AppContext,
    status: Status,
  ): Reply<Status, undefined>
}

export function repliesTo<R extends Route>(): Replies<R> {
  return {
    json: (c, status, content) => {
      return typed(c.json(content as object, status as ContentfulStatusCode))
    },
    written: (c, status, { text }) => {
      c.header('Content-Type', 'application/json')
      return typed(c.body(text, status as ContentfulStatusCode))
    },
    stream: (c, status, content, hold) => {
      c.status(status as StatusCode)
      return typed(sendPieces(c, content, hold))
    },
    multipart: (c, status, { contentType, pieces }, hold) => {
      c.status(status as StatusCode)
      return typed(sendPieces(c, pieces, hold, contentType))
    },
    lines: (c, status, pieces, hold) => {
      c.status(status as StatusCode)
      return typed(sendPieces(c, pieces, hold, 'application/x-ndjson'))
    },
    table: (c, status, { name, pieces }, hold) => {
      c.status(status as StatusCode)
      c.header('Content-Disposition', `attachment; filename="${name}"`)
      return typed(sendPieces(c, pieces, hold, 'text/csv; charset=utf-8; header=present'))
    },
    bytes: (c, status, { contentType, bytes }, hold) => {
      c.status(status as StatusCode)
      return typed(sendPieces(c, [bytes], hold, contentType))
    },
    download: (c, status, { contentType, name, pieces }) => {
      c.header('Content-Type', contentType)
      c.header('Content-Disposition', `attachment; filename="${name}"`)
      c.header('Cache-Control', 'no-store')
      return typed(c.body(streamOf(pieces), status as ContentfulStatusCode))
    },
    html: (c, status, page) => typed(c.html(page as string, status as ContentfulStatusCode)),
    plain: (c, status, { contentType, text }) => {
      c.header('Content-Type', contentType)
      return typed(c.body(text as string, status as ContentfulStatusCode))
    },
    yaml: (c, status, text) => {
      c.header('Content-Type', 'application/yaml; charset=utf-8')
      return typed(c.body(text as string, status as ContentfulStatusCode))
    },
    events: (c, status, body) => {
      c.header('Content-Type', 'text/event-stream')
      // Nothing on its way may keep it, pack it, or wait for more of it (nginx).
      c.header('Cache-Control', 'no-store, no-transform')
      c.header('X-Accel-Buffering', 'no')
      const code = status as ContentfulStatusCode
      return typed(body === null ? c.body(null, code) : c.body(body, code))
    },
    empty: (c, status) => typed(c.body(null, status as StatusCode)),
  }
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    // Nothing is made ahead of what the connection asks for.
    { highWaterMark: 0 },
  )
}

/** Says of a response what it is. The signatures of `Replies` make it true. */
export function typed<Status extends number, Content>(response: Response) {
  return response as Reply<Status, Content>
}
