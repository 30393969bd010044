/** A vocabulary, written as text: its words in the order in which the specification lists them. */
export function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
