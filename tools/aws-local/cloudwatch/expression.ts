/** A series has a value for each period, the oldest first; a period without one is missing. */
export type Series = readonly (number | undefined)[]
type Value = number | Series

type Node =
  | { kind: 'number'; value: number }
  | { kind: 'series'; id: string }
  | { kind: 'operator'; of: string; left: Node; right: Node }
  | { kind: 'call'; of: string; given: Node[] }

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(>=|<=|==|!=|&&|\|\||[-+*/()<>,]))/y

// Operators of a line bind more tightly than those of the lines above.
const PRECEDENCE = [
  ['OR', '||'],
  ['AND', '&&'],
  ['==', '!=', '<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/'],
]

const operators: Record<string, (a: number, b: number) => number | undefined> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // "If the value of a data point causes a function to attempt to divide by zero, the data point is dropped."
  '/': (a, b) => (b === 0 ? undefined : a / b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
}
operators['&&'] = operators.AND!
operators['||'] = operators.OR!

/**
 * Computes an expression over series of one length, as far as our alarms use them ("Using metric math",
 * CloudWatch's guide): arithmetic, comparison, AND, OR, IF and FILL with a number.
 * @throws for what is not understood: an alarm that is not evaluated must not look quiet
 */
export function evaluateExpression(text: string, series: Record<string, Series>): Series {
  const length = Object.values(series)[0]?.length ?? 0
  const value = computed(parse(text), series)
  return typeof value === 'number' ? Array.from({ length }, () => value) : value
}

function parse(text: string): Node {
  const tokens = tokensOf(text)
  let at = 0

  function take(expected?: string): string {
    const token = tokens[at++]
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`${text}: ${expected ?? 'something'} is expected at ${token ?? 'its end'}`)
    }
    return token
  }

  function binary(level: number): Node {
    if (level === PRECEDENCE.length) return primary()
    let left = binary(level + 1)
    while (PRECEDENCE[level]!.includes(tokens[at] ?? '')) {
      left = { kind: 'operator', of: take(), left, right: binary(level + 1) }
    }
    return left
  }

  function primary(): Node {
    const token = take()
    if (token === '(') {
      const inner = binary(0)
      take(')')
      return inner
    }
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) }
    if (tokens[at] !== '(') return { kind: 'series', id: token }
    take('(')
    const given = [binary(0)]
    while (tokens[at] === ',') {
      take(',')
      given.push(binary(0))
    }
    take(')')
    return { kind: 'call', of: token, given }
  }

  const whole = binary(0)
  if (at < tokens.length) throw new Error(`${text}: ${tokens[at]} is not expected`)
  return whole
}

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex
    const found = TOKEN.exec(text)
    if (!found) throw new Error(`${text}: ${text.slice(from)} is not understood`)
    tokens.push(found[1] ?? found[2] ?? found[3]!)
  }
  return tokens
}

function computed(node: Node, series: Record<string, Series>): Value {
  if (node.kind === 'number') return node.value
  if (node.kind === 'series') {
    const found = series[node.id]
    if (found === undefined) throw new Error(`${node.id} names no metric`)
    return found
  }
  if (node.kind === 'operator') {
    return combined(operators[node.of]!, computed(node.left, series), computed(node.right, series))
  }
  const given = node.given.map((one) => computed(one, series))
  if (node.of === 'FILL') return filled(given)
  if (node.of === 'IF') return chosen(given)
  throw new Error(`the function ${node.of} is not understood`)
}

/** Combines two values. Where only one of two series has a value, the other counts as 0. */
function combined(
  operator: (a: number, b: number) => number | undefined,
  a: Value,
  b: Value,
): Value {
  if (typeof a === 'number' && typeof b === 'number') return operator(a, b) ?? Number.NaN
  return eachOf([a, b], (at) => {
    const [x, y] = [pointOf(a, at), pointOf(b, at)]
    const isMissing = [a, b].every((one) => typeof one === 'number' || one[at] === undefined)
    return isMissing ? undefined : operator(x ?? 0, y ?? 0)
  })
}

function filled([value, by]: Value[]): Series {
  if (value === undefined || typeof value === 'number' || typeof by !== 'number') {
    throw new Error('FILL is understood for a series and a number')
  }
  return value.map((one) => one ?? by)
}

/** Chooses for each point of the condition; one that is missing gives none ("Using IF expressions"). */
function chosen([condition, then, otherwise]: Value[]): Series {
  if (condition === undefined || typeof condition === 'number' || then === undefined) {
    throw new Error('IF is understood for a condition that is a series')
  }
  return condition.map((one, at) => {
    if (one === undefined) return undefined
    if (one !== 0) return pointOf(then, at) ?? 0
    return otherwise === undefined ? undefined : pointOf(otherwise, at)
  })
}

function pointOf(value: Value, at: number): number | undefined {
  return typeof value === 'number' ? value : value[at]
}

function eachOf(values: Value[], make: (at: number) => number | undefined): Series {
  const length = values.reduce<number>(
    (most, one) => (typeof one === 'number' ? most : Math.max(most, one.length)),
    0,
  )
  return Array.from({ length }, (_, at) => make(at))
}
