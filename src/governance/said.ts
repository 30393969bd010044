import type { Issue } from '../error/issue'
import type { CleanedText } from './personal/personal'

// Reasons quote what was sent, in quotes or after `got`; nobody can tell whether that is of a person, and
// a long value is cut, so that it is not found again.
const GOT = /[,;:]? got .*$/s
// Where a text is no JSON, what stands around the place is shown after it.
const AROUND = /(\(offset \d+\)): .*$/s
const QUOTED = /"(?:[^"\\]|\\.)*"?|'[^']*'/gs

/**
 * Says reasons without anything of an item that was taken out of it: neither in their words nor as a
 * name on their paths.
 * @param clean the item as it is kept; left out when none of it is
 */
export function saidWithout(
  issues: readonly Issue[],
  sent: string,
  clean: CleanedText | undefined,
): Issue[] {
  const inText = clean?.inText ?? ((text) => text)
  return issues.map((issue) => ({
    ...issue,
    path: withoutNames(issue.path, sent, clean?.raw ?? ''),
    message: inText(withoutQuotes(issue.message)),
  }))
}

function withoutQuotes(message: string): string {
  return message.replace(GOT, '').replace(AROUND, '$1').replaceAll(QUOTED, '…')
}

/** Ends a path before a name that was sent and is not kept. */
function withoutNames(path: Issue['path'], sent: string, kept: string): Issue['path'] {
  // A name may have been sent with escapes.
  const isSent = (step: string) => sent.includes('\\') || sent.includes(step)
  const isGone = (step: string | number) =>
    typeof step === 'string' && isSent(step) && !kept.includes(step)
  const end = path.findIndex(isGone)
  return end < 0 ? path : path.slice(0, end)
}
