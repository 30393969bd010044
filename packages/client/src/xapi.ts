import { uuid } from './page'
import { createStandardClient, type StandardClient, type StandardOptions } from './standard'

/** A statement of xAPI. Left out, `id` and `timestamp` are added. */
export interface XapiStatement {
  actor: unknown
  verb: unknown
  object: unknown
  id?: string
  timestamp?: string
  [member: string]: unknown
}

/** Configures a client of xAPI. */
export interface XapiOptions extends StandardOptions {
  /** The version by whose rules the server reads statements. Default `1.0.3`. */
  version?: '1.0.3' | '2.0.0' | undefined
}

/**
 * Makes a client whose `send` takes statements of xAPI. It never throws. A record store takes all statements of a
 * request or none: one that it refuses is found by halves, and holds up no other.
 */
export function createXapiClient(options: XapiOptions): StandardClient<XapiStatement> {
  return createStandardClient(options, {
    wire: {
      path: '/xapi/statements',
      headers: { 'X-Experience-API-Version': options.version ?? '1.0.3' },
      body: (texts) => `[${texts.join(',')}]`,
      // The answer is the ids, in the order of the statements, perhaps in other letters.
      read: (answer, sent) =>
        Array.isArray(answer) && answer.length === sent.length ? sent.map(() => true) : [],
    },
    defaults: () => ({ id: uuid(), timestamp: new Date().toISOString() }),
  })
}
