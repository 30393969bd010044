/**
 * A pattern tests an event: it has nested names, and at each end a list of values, one of which the
 * event must have.
 */
export interface EventPattern {
  [name: string]: EventPattern | (string | number | boolean | null)[]
}

/**
 * Filters events as Lambda does, as far as the deployment uses it: by equality.
 * @throws when a pattern asks for more, e.g. `{ "prefix": … }`
 */
export function eventFilter(patterns: string[]): (event: unknown) => boolean {
  const parsed = patterns.map((pattern) => JSON.parse(pattern) as EventPattern)
  parsed.forEach(assertPlain)
  return (event) => parsed.length === 0 || parsed.some((pattern) => matches(pattern, event))
}

function matches(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const held = (event as Record<string, unknown> | undefined)?.[name]
    return Array.isArray(wanted) ? wanted.includes(held as never) : matches(wanted, held)
  })
}

function assertPlain(pattern: EventPattern): void {
  for (const [name, wanted] of Object.entries(pattern)) {
    if (!Array.isArray(wanted)) assertPlain(wanted)
    else if (wanted.some((one) => typeof one === 'object' && one !== null)) {
      throw new Error(`only equality is emulated in event filters; ${name} asks for more`)
    }
  }
}
