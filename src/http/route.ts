import type { RouteConfig } from '@hono/zod-openapi'
import type { z } from './zod'

/** A route as the OpenAPI document describes it. */
export type Route = RouteConfig

/** Declares a route. Its path, its statuses and its schemas are in its type. */
export function createRoute<Path extends string, R extends Omit<Route, 'path'> & { path: Path }>(
  route: R,
): R {
  return route
}

/** A route whose schemas are loaded when somebody asks what it is: no request needs them. */
export interface LaterRoute<R extends Route> {
  method: R['method']
  path: R['path']
  load(): Promise<R>
}

/**
 * Declares a route by no more than where requests to it go, so that a process that answers them loads no
 * schema. Another method or path than the route's own does not compile.
 */
export function laterRoute<R extends Route>(
  method: NoInfer<R['method']>,
  path: NoInfer<R['path']>,
  load: () => Promise<R>,
): LaterRoute<R> {
  return { method, path, load }
}

type Content<Media extends string> = { content: { [Type in Media]: { schema: z.ZodType } } }

/**
 * The statuses that a route declares one by one. Problems are not among them: `problems()` declares
 * them by the code that is thrown.
 */
export type StatusOf<R extends Route> = Extract<keyof R['responses'], number>

/** The statuses whose reply is of this media type. */
export type StatusWith<R extends Route, Media extends string> = {
  [Status in StatusOf<R>]: R['responses'][Status] extends Content<Media> ? Status : never
}[StatusOf<R>]

/** The statuses whose reply has no content; 101 is not answered but handed to the door. */
export type EmptyStatusOf<R extends Route> = {
  [Status in StatusOf<R>]: R['responses'][Status] extends { content: unknown } ? never : Status
}[StatusOf<R>]

/** The value whose form the schema of this status and media type asks for. */
export type ContentOf<
  R extends Route,
  Status extends StatusOf<R>,
  Media extends string,
> = R['responses'][Status] extends { content: { [Type in Media]: { schema: infer Schema } } }
  ? Schema extends z.ZodType
    ? z.output<Schema>
    : never
  : never

declare const answered: unique symbol

/** A response whose status and content the compiler knows. */
export type Reply<Status extends number, Content> = Response & {
  readonly [answered]: { status: Status; content: Content }
}

/** Every reply that a route declares. */
export type ReplyOf<R extends Route> = {
  [Status in StatusOf<R>]: Reply<
    Status,
    Status extends EmptyStatusOf<R>
      ? undefined
      :
          | ContentOf<R, Status, 'application/json'>
          | ContentOf<R, Status, 'text/html'>
          | ContentOf<R, Status, 'text/plain'>
          | ContentOf<R, Status, 'application/yaml'>
          | ContentOf<R, Status, 'multipart/mixed'>
          | ContentOf<R, Status, 'text/event-stream'>
          | ContentOf<R, Status, 'application/x-ndjson'>
          | ContentOf<R, Status, 'text/csv'>
          | ContentOf<R, Status, '*/*'>
  >
}[StatusOf<R>]

/** The path, the query and the headers of a request, as the schemas that a route declares leave them. */
export type ParametersOf<R extends Route> = {
  [Part in DeclaredPart<R>]: R['request'] extends { [Name in Part]: infer Schema extends z.ZodType }
    ? z.output<Schema>
    : never
}

type DeclaredPart<R extends Route> = Extract<keyof R['request'], 'params' | 'query' | 'headers'>

/** The JSON body that a route declares, as its schema leaves it; never when it declares none. */
export type JsonBodyOf<R extends Route> = R['request'] extends {
  body: { content: { 'application/json': { schema: infer Schema extends z.ZodType } } }
}
  ? z.output<Schema>
  : never
