/**
 * An issue is one problem of one value: where it is, what is wrong, and which rule of which text it
 * breaks.
 */
export interface Issue {
  /** The path starts at the root of the document, e.g. `['data', 0, 'actor', 'id']`. */
  path: (string | number)[]
  /** The message is a sentence for a person. A missing property's message is exactly `Required`. */
  message: string
  /** The code is stable, lower snake_case, for programs and for counting. */
  code: string
  /** This section of the specification has the rule, when a specification does. */
  spec?: string
}
