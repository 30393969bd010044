import type { Issue } from './issue'

// Names of properties are the sender's, and may have megabytes. So many characters are enough to
// recognise one by.
const MAX_STEP = 200
// An item is nested at most 100 levels deep; a place in a batch and in its envelope come before.
const MAX_STEPS = 110
// Our own messages have some hundred characters.
const MAX_MESSAGE = 1000

/** Cuts an issue to a size that can be stored and repeated, whatever the value's name is. */
export function boundedIssue<I extends Issue>(issue: I): I {
  const { path, message } = issue
  const isShort = path.length <= MAX_STEPS && message.length <= MAX_MESSAGE
  if (isShort && path.every(isShortStep)) return issue
  return { ...issue, path: path.slice(0, MAX_STEPS).map(shortStep), message: cut(message) }
}

const isShortStep = (step: string | number) => typeof step === 'number' || step.length <= MAX_STEP
const shortStep = (step: string | number) => (isShortStep(step) ? step : cut(`${step}`, MAX_STEP))

/** @returns the text, or its beginning and `…` */
export function cut(text: string, most = MAX_MESSAGE): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`
}

/**
 * Takes the first of some issues, by number and bytes of JSON; at least one, when there are any.
 */
export function firstIssues<I extends Issue>(
  issues: readonly I[],
  { most, maxBytes }: { most: number; maxBytes: number },
): I[] {
  const first: I[] = []
  let bytes = 0
  for (const issue of issues) {
    if (first.length === most) break
    const bounded = boundedIssue(issue)
    bytes += Buffer.byteLength(JSON.stringify(bounded))
    if (first.length > 0 && bytes > maxBytes) break
    first.push(bounded)
  }
  return first
}
