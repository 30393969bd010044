import type { Issue } from '../../error/issue'
import { z } from '../zod'

// Enough for a key, a tenant and what a gateway asks for; a receiver's server takes 8 KB of headers in all.
const MAX_HEADERS = 20
const MAX_BYTES = 8 * 1024
const MAX_NAME = 100

// RFC 9110, 5.6.2, says of which characters a name consists; all that are in use begin with these.
const NAME = /^[a-z0-9][a-z0-9!#$%&'*+.^_`|~-]*$/
// Visible characters, with blanks between them: others mean different things to different servers.
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

const ours = /^(?:host|user-agent|accept-encoding|expect|content-.*|webhook-.*)$/
// RFC 9110, 7.6.1, and what HTTP/1.1 has had beside them.
const hopByHop =
  /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|http2-settings|proxy-.*)$/

/** Says which rule a name breaks. @param name in lower case */
function faultOfName(name: string): string | undefined {
  if (name.length > MAX_NAME) return `Must have a name of at most ${MAX_NAME} characters`
  if (!NAME.test(name)) return 'Must have a name that is a token (RFC 9110, 5.6.2)'
  if (ours.test(name)) return 'Must not be one that Nonius sets itself'
  if (hopByHop.test(name)) return 'Must not be one that belongs to a single connection'
  return undefined
}

/** Says which rule a value breaks, without any of it: it is a secret. */
function faultOfValue(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'Must be text'
  if (VALUE.test(value)) return undefined
  if (value === '') return 'Must not be empty'
  if (value === HIDDEN)
    return `Must be the value itself: ${HIDDEN} stands for one that is not shown`
  const what = /[\r\n]/.test(value) ? 'a line break' : 'another character'
  return `Must be visible ASCII, with blanks between; got ${what}`
}

/** The view has this in the place of a value. */
export const HIDDEN = '•••'

type Change = 'whole' | 'part'

/**
 * Reads headers; the names come out in lower case.
 * @param change in a part, `null` takes one away
 */
function headersAs(change: Change) {
  return z.unknown().transform((sent, context): Record<string, string | null> => {
    let isGood = true
    function refuse(path: Issue['path'], message: string, code = 'invalid_value') {
      isGood = false
      context.addIssue({ code: 'custom', path, message, params: { code }, input: undefined })
    }

    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
      refuse([], 'Must be an object: names of headers, each with its value')
      return z.NEVER
    }
    const entries = Object.entries(sent)
    if (entries.length > MAX_HEADERS) {
      refuse([], `Must have at most ${MAX_HEADERS}; got ${entries.length}`, 'too_many')
      return z.NEVER
    }
    const headers = new Map<string, string | null>()
    let bytes = 0
    for (const [name, value] of entries) {
      const lower = name.toLowerCase()
      const isTaken = change === 'part' && value === null
      const fault = faultOfName(lower) ?? (isTaken ? undefined : faultOfValue(value))
      if (fault !== undefined) refuse([name.slice(0, MAX_NAME)], fault)
      else if (headers.has(lower)) refuse([name], 'Must be named once, in whatever case')
      headers.set(lower, value as string | null)
      // Each is followed by a colon, a blank and a line break.
      bytes += lower.length + String(value).length + 4
    }
    if (bytes > MAX_BYTES) {
      refuse([], `Must have at most ${MAX_BYTES} bytes in all; got ${bytes}`, 'too_large')
    }
    return isGood ? Object.fromEntries(headers) : z.NEVER
  })
}

const description = `Sent with each message, e.g. \`Authorization\`. Kept encrypted; values are never shown again. At most ${MAX_HEADERS}, of ${MAX_BYTES} bytes in all; none that Nonius sets itself (\`Host\`, \`User-Agent\`, \`Content-*\`, \`Webhook-*\`) or that belongs to a connection`

const documented = { type: 'object', maxProperties: MAX_HEADERS, description } as const

/** The headers of a webhook's own. */
export const OwnHeaders = (
  headersAs('whole') as unknown as z.ZodType<Record<string, string>>
).openapi({ ...documented, additionalProperties: { type: 'string' } })

/** A change of them: `null` takes one away, and one that is not named stays. */
export const HeaderChanges = (
  headersAs('part') as z.ZodType<Record<string, string | null>>
).openapi({ ...documented, additionalProperties: { type: ['string', 'null'] } })
