import type { Config } from '../config/config'
import { AppError } from '../error/app-error'
import type { TypesInForce } from '../event/event-type'
import { createTurns } from '../platform/turns'
import type { ConformanceReport, Standard } from '../standards/standard'
import { inSlices, type Steps } from '../syntax/steps'
import { type JsonText, jsonOf } from './answers/json'
import { readText } from './body'
import type { AppContext, AppDeps } from './context'
import { inHeader } from './credentials'
import { lineTypes, refuseForm, requireJson } from './json-type'
import { Issue } from './openapi'
import { z } from './zod'

const byCode = z.record(z.string(), z.int())
const IssueCounts = z
  .object({ errors: byCode, warnings: byCode })
  .openapi('IssueCounts', { description: 'How many there are of each code, listed or not' })
const cutFields = {
  truncated: z.literal(true).optional().openapi({ description: 'More was found than is listed' }),
  counts: IssueCounts.optional().openapi({ description: 'With `truncated`' }),
}

const ReportedIssue = Issue.extend({
  severity: z.enum(['error', 'warning']).openapi({
    description: '`error` where the text says MUST, `warning` where it says SHOULD',
  }),
}).openapi('ReportedIssue', {
  example: {
    path: ['data', 0, 'type'],
    message: 'Required',
    code: 'required',
    severity: 'error',
    spec: 'Caliper 1.2, 2.1 Event',
  },
})

const warnings = z
  .array(ReportedIssue)
  .openapi({ description: 'What the standard recommends against; it conforms all the same' })

/** The report on a body that conforms, whatever its standard. */
export const ValidReport = z
  .object({
    valid: z.literal(true),
    eventCount: z.int().min(0),
    entityCount: z.int().min(0),
    warnings,
    ...cutFields,
  })
  .openapi('ValidReport')

/** The report on a body that does not conform. */
export const InvalidReport = z
  .object({
    valid: z.literal(false),
    errors: z.array(ReportedIssue),
    warnings: warnings.optional(),
    ...cutFields,
  })
  .openapi('InvalidReport')

// Senders who check events show no key: together they share the room of one tenant.
const ANYBODY = ''

/** Makes the work of a route that checks a body, which needs no key and stores nothing. */
export function reportingWith({ options, answers }: Pick<AppDeps, 'options' | 'answers'>) {
  const { config, strangers } = options
  const turns = createTurns()

  /** Finds how large a body may be: less for whoever shows no good key where that was said. */
  async function limitsOf(
    c: AppContext,
  ): Promise<Pick<Config, 'maxBodyBytes' | 'bodyTimeoutSeconds'>> {
    if (strangers === undefined) return config
    const few = { ...config, maxBodyBytes: Math.min(config.maxBodyBytes, strangers.bodyBytes) }
    // Few bytes may come from anybody: nobody need be looked for.
    if (isSmall(c, few.maxBodyBytes)) return few
    const shown = inHeader.read(c)
    const isKnown = shown !== undefined && (await c.var.authenticate(shown)) !== undefined
    return isKnown ? config : few
  }

  /** @returns the report with its room in memory, for a status of 200 or 400 */
  return async function report(
    c: AppContext,
    standard: Standard,
    context?: Record<string, string>,
    findTypes?: () => Promise<TypesInForce>,
  ) {
    requireJson(c, { more: lineTypes })
    const turn = turns.begin(c.env.ip ?? ANYBODY)
    const limits = await limitsOf(c)
    const { valid, errors, warnings, truncated, counts, ...sums } = await check()
    const cut = truncated && { truncated, counts }
    const some = warnings.length > 0 && { warnings }
    if (valid) {
      const json = jsonOf({ valid: true as const, ...sums, warnings, ...cut })
      return { valid: true as const, json, hold: await roomFor(json) }
    }
    const json = jsonOf({ valid: false as const, errors, ...some, ...cut })
    return { valid: false as const, json, hold: await roomFor(json) }

    function roomFor({ text }: JsonText<unknown>) {
      return answers.take(ANYBODY, text.length, c.req.raw.signal)
    }

    /** Checks a body. One that cannot be unpacked does not conform either: a 400 has one form. */
    async function check(): Promise<ConformanceReport> {
      try {
        const { text, notes, lease } = await readText(c, limits)
        refuseForm(c, text)
        await turn.next()
        const { asWarning, reportBodies } = await import('./report-bodies')
        const run = <Result>(steps: Steps<Result>) => inSlices(steps, turn)
        const types = await findTypes?.()
        const { maxBodyBytes: maxBytes } = limits
        const needs = { standard, context, types, lease, maxBytes, run }
        const found = await reportBodies(text, needs)
        return { ...found, warnings: [...notes.map(asWarning), ...found.warnings] }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        const isForStrangers = limits.maxBodyBytes < config.maxBodyBytes
        if (isForStrangers && error.code === 'too_large') throw tooLargeFor(limits, config)
        if (error.status !== 400) throw error
        const { message, code } = error
        const own = error.errors.length > 0 ? error.errors : [{ path: [], message, code }]
        const errors = own.map((issue) => ({ ...issue, severity: 'error' as const }))
        return { valid: false, eventCount: 0, entityCount: 0, errors, warnings: [] }
      }
    }
  }
}

/** Tells whether a body has its bytes as they are, and few. */
function isSmall(c: AppContext, most: number): boolean {
  const length = c.req.header('Content-Length')
  const isPlain = c.req.header('Content-Encoding') === undefined
  return isPlain && length !== undefined && Number(length) <= most
}

function tooLargeFor(
  { maxBodyBytes: few }: { maxBodyBytes: number },
  { maxBodyBytes }: { maxBodyBytes: number },
) {
  const detail = `Without a good key, a body of at most ${few} bytes is checked here, also decompressed; with one, ${maxBodyBytes}.`
  return new AppError('too_large', detail)
}
