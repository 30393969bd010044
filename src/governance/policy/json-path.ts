/** A step goes to a member by its name, to an element by its index from 0, or (null) to each of both. */
export type PathStep = string | number | null

// A path is as long as paths of conditions may be, and leads as deep as an item may be nested.
const MAX_LENGTH = 1000
const MAX_STEPS = 100

const NAME = /^\.([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)/
const QUOTED = /^\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/
const INDEX = /^\[(0|[1-9]\d{0,8})\]/
const EACH = /^(?:\.\*|\[\*\])/

/**
 * Reads a JSON Path (RFC 9535) of names, indexes and `*`: `$.payload.email`, `$['a.b'][0].*`.
 * @returns a text where it is none: the rule that it breaks
 */
export function readJsonPath(path: string): PathStep[] | string {
  if (path.length > MAX_LENGTH) return `Must have at most ${MAX_LENGTH} characters`
  if (!path.startsWith('$')) return 'Must be a JSON Path, which begins with $: $.payload.email'
  const steps: PathStep[] = []
  let rest = path.slice(1)
  while (rest !== '') {
    const [length, step] = stepAt(rest)
    if (step === undefined) return ruleFor(rest)
    steps.push(step)
    rest = rest.slice(length)
  }
  if (steps.length === 0) return 'Must lead to a member: $ is the whole item'
  return steps.length > MAX_STEPS ? `Must have at most ${MAX_STEPS} steps` : steps
}

function stepAt(rest: string): [length: number, step?: PathStep | undefined] {
  const each = EACH.exec(rest)
  if (each !== null) return [each[0].length, null]
  const name = NAME.exec(rest)
  if (name !== null) return [name[0].length, name[1]!]
  const index = INDEX.exec(rest)
  if (index !== null) return [index[0].length, Number(index[1])]
  const quoted = QUOTED.exec(rest)
  if (quoted === null) return [0]
  return [quoted[0].length, unquoted(quoted[1] ?? quoted[2]!)]
}

/** @returns undefined for an escape that is none */
function unquoted(text: string): string | undefined {
  try {
    // Strings of JSON know no \', and need \" where single quotes stand around.
    const json = text.replaceAll(/\\([\s\S])|"/g, (all, escaped) => {
      if (all === '"') return '\\"'
      return escaped === "'" ? "'" : all
    })
    return JSON.parse(`"${json}"`)
  } catch {
    return undefined
  }
}

function ruleFor(rest: string): string {
  const shown = JSON.stringify(rest.slice(0, 40))
  if (rest.startsWith('..')) return 'Must name each step: .. is not taken here'
  if (/^\[(\?|-?\d*:|-)/.test(rest)) {
    return `Must have names, indexes and * alone, no filters, slices or negative indexes; got ${shown}`
  }
  return `Must go on with .name, ['name'], [0] or [*]; got ${shown}`
}
