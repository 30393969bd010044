/** One thing wrong with one value: where, what, and which rule of which text it breaks. */
export interface Issue {
  /** From the root of the document, e.g. `['data', 0, 'actor', 'id']`. */
  path: (string | number)[]
  /** A sentence for a person. A missing property's message is exactly `Required`. */
  message: string
  /** Stable, lower snake_case, for programs and for counting. */
  code: string
  /** Section of the specification that holds the rule, when a specification does. */
  spec?: string
}
