/** This reads a vocabulary that is written as text: its terms in the order in which the specification lists them. */
export function vocabulary(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
