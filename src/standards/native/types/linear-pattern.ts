import { RE2JS } from 're2js'

/** A pattern tells whether a text has what it describes. Its text is its name among others. */
export interface LinearPattern {
  test(text: string): boolean
  toString(): string
}

/**
 * Makes a regular expression that takes time in proportion to the text, whoever wrote it: RE2's, which
 * neither looks ahead nor refers back. The engine's own, ten times as fast, has the patterns that cannot
 * take it longer.
 * @throws {Error} for a pattern that is not of RE2's syntax
 */
export const linearPattern = Object.assign(
  (pattern: string): LinearPattern => {
    const name = `/${pattern}/`
    if (isPlain(pattern)) {
      const plain = new RegExp(pattern, 'u')
      return { test: (text) => plain.test(text), toString: () => name }
    }
    const compiled = compile(pattern)
    return { test: (text) => compiled.matcher(text).find(), toString: () => name }
  },
  // Ajv writes this into modules; none is written here.
  { code: '' },
)

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (thrown) {
    const why = (thrown as Error).message
    const shown = JSON.stringify(pattern.slice(0, 80).toWellFormed())
    throw new Error(`pattern ${shown} is not of RE2 syntax: ${why}`)
  }
}

// A character, a class of characters (none of which is `[` or `\`), or an escape that both engines
// have for the same; after it, how often.
const STEP =
  /(?:[A-Za-z0-9 _@#%&=:;,'"!~<>-]|\\[dwDW.\-/]|\[[A-Za-z0-9 _.@#%:,-]+\])([?*+]|\{\d{1,3}(?:,\d{0,3})?\})?/y

/**
 * Tells whether a pattern goes through a text once: it begins where the text begins, has no groups and
 * no choices, and one step of it at most takes a varying number of characters.
 */
function isPlain(pattern: string): boolean {
  if (!pattern.startsWith('^')) return false
  const end =
    pattern.endsWith('$') && !pattern.endsWith('\\$') ? pattern.length - 1 : pattern.length
  let varying = 0
  let optional = 0
  for (let at = 1; at < end; at = STEP.lastIndex) {
    STEP.lastIndex = at
    const [, often] = STEP.exec(pattern) ?? [undefined, 'none']
    if (often === 'none') return false
    if (often === '?') optional += 1
    else if (often !== undefined && !/^\{\d+\}$/.test(often)) varying += 1
  }
  // Each optional one doubles the ways at most.
  return varying <= 1 && optional <= 3
}
