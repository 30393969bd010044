/** This is a statement of an IAM policy, as far as roles of functions use them. */
export interface Statement {
  Effect: 'Allow' | 'Deny'
  Action?: string | string[]
  Resource?: string | string[]
  /** The condition maps operator → key → value or values. */
  Condition?: Record<string, Record<string, string | string[]>>
}

/** An access request says what a caller asks to do. */
export interface AccessRequest {
  /** The action is one such as `dynamodb:PutItem`. */
  action: string
  /** The resource is an ARN. */
  resource: string
  /** These condition keys can be told from the request; each may hold several values. */
  context?: Record<string, string[]>
}

/**
 * Applies IAM's rule ("Policy evaluation logic"): access that a statement denies is denied, access
 * that one allows is allowed, the rest is denied. A statement that cannot be judged here
 * (`NotAction`, an unknown condition) never allows.
 */
export function isAllowed(statements: Statement[], request: AccessRequest): boolean {
  const denies = statements.some((one) => one.Effect === 'Deny' && applies(one, request, true))
  const allows = statements.some((one) => one.Effect === 'Allow' && applies(one, request, false))
  return allows && !denies
}

/** Tells whether a statement applies. @param inDoubt the result for a part that cannot be judged */
function applies(
  statement: Statement,
  { action, resource, context }: AccessRequest,
  inDoubt: boolean,
) {
  const { Action, Resource, Condition = {} } = statement
  const names = Action === undefined ? inDoubt : list(Action).some((one) => like(one, action, 'i'))
  const covers =
    Resource === undefined ? inDoubt : list(Resource).some((one) => like(one, resource))
  return names && covers && holds(Condition, context ?? {}, inDoubt)
}

type Compare = (wanted: string, held: string) => boolean

const operators: Record<string, Compare> = {
  StringEquals: (wanted, held) => wanted === held,
  StringLike: (wanted, held) => like(wanted, held),
  ArnEquals: (wanted, held) => like(wanted, held),
  ArnLike: (wanted, held) => like(wanted, held),
  Bool: (wanted, held) => wanted === held,
}

function holds(
  condition: NonNullable<Statement['Condition']>,
  context: Record<string, string[]>,
  inDoubt: boolean,
): boolean {
  return Object.entries(condition).every(([operator, keys]) => {
    const [name = '', set] = operator.split(':').reverse()
    const compare = operators[name]
    return Object.entries(keys).every(([key, wanted]) => {
      const held = context[key]
      if (compare === undefined || held === undefined) return inDoubt
      const isWanted = (value: string) => list(wanted).some((one) => compare(one, value))
      return set === 'ForAllValues' ? held.every(isWanted) : held.some(isWanted)
    })
  })
}

/** Matches a pattern in which `*` stands for any text, `?` for one character. */
function like(pattern: string, text: string, flags = ''): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  const expression = escaped.replaceAll('*', '.*').replaceAll('?', '.')
  return new RegExp(`^${expression}$`, `s${flags}`).test(text)
}

function list<Value>(value: Value | Value[]): Value[] {
  return Array.isArray(value) ? value : [value]
}
