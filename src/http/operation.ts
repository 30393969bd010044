import type { App, AppContext } from './context'
import { type BodyLimits, readJson } from './json-body'
import { register } from './raw-operation'
import { type Replies, repliesTo } from './reply'
import type { JsonBodyOf, ParametersOf, ReplyOf, Route } from './route'
import { parseAs, parseHeaders, parseQuery } from './validation'
import type { z } from './zod'

/** The order in which a request is looked at: who sent it, then its parameters, then its body. */
export interface Checks<Admitted, Limits> {
  /**
   * Lets the sender in, before anything that he sent is read. A response is the answer, for an
   * address that is another's.
   * @throws {AppError} when he may not come in
   */
  admit?(c: AppContext): Promise<Admitted | Response>
  /** Within which the JSON body is read; left out, the body is not read. */
  limits?: Limits
  /** Top-level names in the body whose values no problem repeats. */
  hidden?: readonly string[]
}

/** A handler is given everything that its route declares, parsed. */
export type Input<R extends Route, Admitted, Limits> = ParametersOf<R> & {
  principal: Admitted
  reply: Replies<R>
} & (Limits extends BodyLimits ? { body: JsonBodyOf<R> } : unknown)

/**
 * Registers a route, for OpenAPI too, whose request is parsed by the schemas that it declares before
 * its handler runs. The handler answers as the route declares, or does not compile.
 * @throws {AppError} to the sender: whatever `admit`, `parseAs` and `readJson` throw
 */
export function operation<
  R extends Route,
  Admitted,
  Limits extends BodyLimits | undefined = undefined,
>(
  app: App,
  route: R,
  checks: Checks<Admitted, Limits>,
  handle: (c: AppContext, input: Input<R, Admitted, Limits>) => ReplyOf<R> | Promise<ReplyOf<R>>,
): void {
  const { limits, hidden } = checks
  const { params, query, headers, body } = partsOf(route)
  const reply = repliesTo<R>()

  register(app, route, async (c) => {
    const principal = await checks.admit?.(c)
    if (principal instanceof Response) return principal
    const input = {
      principal,
      reply,
      params: params && parseAs(params, c.req.param()),
      query: query && parseQuery(query, c),
      headers: headers && parseHeaders(headers, c),
      body: body && limits && (await readJson(c, body, limits, hidden)),
    }
    return handle(c, input as unknown as Input<R, Admitted, Limits>)
  })
}

interface Parts {
  params?: z.ZodType
  query?: z.ZodType
  headers?: z.ZodObject
  body?: z.ZodType
}

function partsOf({ request = {} }: Route): Parts {
  const { body, ...parameters } = request
  const media = body?.content['application/json']
  const schema = media !== undefined && 'schema' in media ? media.schema : undefined
  return { ...parameters, body: schema } as Parts
}
