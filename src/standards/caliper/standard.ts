import { derivedId } from '../../event/id'
import type { Reading } from '../../event/reading'
import type { Steps } from '../../syntax/steps'
import type { BodyForm, ConformanceReport, ItemOrigin, Standard } from '../standard'
import { enclosed, readingBareCaliper } from './bare'
import { findingBatch } from './batch'
import { checking } from './conformance'
import { explained } from './explain'
import { caliperFacts } from './facts'
import { readingCaliper } from './parse'

/** Caliper, with everything that reads it. */
export const caliper = {
  ...caliperFacts,
  readBody,
  readItem,
  deriveId: derivedId,
  split: findingBatch,
  report: checking,
  reportBare: checkingBare,
  exampleOf,
} satisfies Standard

function* readBody(text: string, form: BodyForm, receivedAt: string): Steps<Reading> {
  const reading = form === 'bare' ? readingBareCaliper : readingCaliper
  return explained(yield* reading(text, receivedAt))
}

/** The item between what stood around it: its context has the envelope's own properties. */
function readItem(text: string, { context, receivedAt }: ItemOrigin): Steps<Reading> {
  const shell = JSON.stringify({ ...context, data: [] })
  return readingCaliper(`${shell.slice(0, -2)}${text}]}`, receivedAt)
}

/** Checks an envelope, or what belongs into one: then nothing is said of what is around it. */
function* checkingBare(text: string): Steps<ConformanceReport> {
  const body = enclosed(text)
  const report = yield* checking(body)
  if (body === text) return report
  const errors = report.errors.filter(({ path }) => path[0] === 'data')
  const warnings = report.warnings.filter(({ path }) => path[0] === 'data')
  return { ...report, valid: errors.length === 0, errors, warnings }
}

/** The tables that examples are made of are loaded with the first. */
async function exampleOf(type: string, at: string): Promise<string | undefined> {
  const { newExample } = await import('./model/example')
  const example = newExample(type, at)
  return example && JSON.stringify(example)
}
