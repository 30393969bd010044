import { SQL_PARAMETER } from '../../../../syntax/sql'
import { checkPartName, notAllowed, shown } from '../../../shared/foreign-sql'
import { functions, tableFunctions } from './functions'

/** A node is an object of the syntax tree that `json_serialize_sql` writes. */
type Node = Record<string, unknown>

/** `json_serialize_sql` answers so. */
export interface Serialized {
  error: boolean
  error_message?: string
  statements?: unknown[]
}

const set = (text: string) => new Set(text.split(' '))

const queryNodes = set('SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE')
const tableRefs = set(
  'BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST EMPTY EMPTY_FROM PIVOT SHOW_REF',
)
const expressions = set(
  'CONSTANT COLUMN_REF COMPARISON CONJUNCTION OPERATOR CASE CAST FUNCTION WINDOW SUBQUERY STAR BETWEEN COLLATE LAMBDA PARAMETER POSITIONAL_REFERENCE',
)
const others = set(
  'ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING DECIMAL_TYPE_INFO STRING_TYPE_INFO LIST_TYPE_INFO STRUCT_TYPE_INFO ARRAY_TYPE_INFO UNBOUND_TYPE_INFO',
)
const types = new Set([
  ...set(
    'NULL BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT',
  ),
  ...set(
    'FLOAT DOUBLE DECIMAL VARCHAR CHAR BLOB BIT UUID DATE TIME INTERVAL STRUCT LIST MAP ARRAY TIMESTAMP',
  ),
  ...set('TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS INTEGER_LITERAL STRING_LITERAL'),
  ...['TIME WITH TIME ZONE', 'TIMESTAMP WITH TIME ZONE'],
])
const collations = /^(nocase|noaccent|nfc)(\.(nocase|noaccent|nfc))*$/i

// A thousand levels are what the engine itself binds; the stack has room for more.
const DEEPEST = 1_000

/**
 * Judges a query by the syntax tree of DuckDB's own parser. Whatever is not known here is refused: kinds of
 * nodes, functions, types, and tables but `events` and the parts that the query itself names.
 * @returns the names of its parameters
 * @throws {AppError} `invalid_request` with what is not allowed
 */
export function judgeTree({ error, error_message, statements = [] }: Serialized): string[] {
  if (error) throw notAllowed(whyNot(error_message ?? 'DuckDB does not say why'))
  if (statements.length !== 1) throw notAllowed('it has to be one statement')
  const parameters = new Set<string>()
  const [statement] = statements as [Node]
  visit(statement.node, new Set(), 0)
  return [...parameters]

  function visit(value: unknown, parts: ReadonlySet<string>, depth: number): void {
    if (typeof value !== 'object' || value === null) return
    if (depth > DEEPEST) throw notAllowed('it is nested too deeply')
    const further = (one: unknown) => visit(one, parts, depth + 1)
    if (Array.isArray(value)) {
      for (const one of value) further(one)
      return
    }
    const node = value as Node
    if ('class' in node) {
      checkExpression(node)
    } else if (typeof node.type === 'string') {
      if (queryNodes.has(node.type)) {
        visitQuery(node, parts, depth)
        return
      }
      if (tableRefs.has(node.type)) checkTable(node, parts)
      else if (!others.has(node.type)) throw notAllowed(`${shown(node.type)} is not known here`)
    } else if ('id' in node) {
      checkType(node)
    }
    for (const child of Object.values(node)) further(child)
  }

  /** Each part of a query sees those before it, and a recursive one also itself, after its beginning. */
  function visitQuery(query: Node, outer: ReadonlySet<string>, depth: number): void {
    const { cte_map, ...rest } = query
    const parts = new Set(outer)
    for (const { key, value } of entriesOf(cte_map)) {
      const name = key.toLowerCase()
      checkPartName(name)
      visit(value, parts, depth + 1)
      parts.add(name)
    }
    if (query.type !== 'RECURSIVE_CTE_NODE') {
      for (const child of Object.values(rest)) visit(child, parts, depth + 1)
      return
    }
    const { right, cte_name, ...first } = rest
    const name = String(cte_name).toLowerCase()
    checkPartName(name)
    for (const child of Object.values(first)) visit(child, parts, depth + 1)
    visit(right, new Set([...parts, name]), depth + 1)
  }

  function checkExpression(node: Node): void {
    const kind = String(node.class)
    if (!expressions.has(kind)) throw notAllowed(`${shown(kind)} is not known here`)
    if (kind === 'PARAMETER') {
      const name = String(node.identifier)
      if (!SQL_PARAMETER.test(name))
        throw notAllowed('a parameter is $ and a name, such as $course')
      parameters.add(name)
    }
    if (kind === 'FUNCTION' || kind === 'WINDOW') checkFunction(node, functions)
    if (kind === 'COLLATE' && !collations.test(String(node.collation))) {
      throw notAllowed(`the collation ${shown(String(node.collation))} is not among those allowed`)
    }
  }
}

function checkFunction(node: Node, allowed: ReadonlySet<string>): void {
  const name = String(node.function_name).toLowerCase()
  const isOwn = (node.schema ?? 'main') === 'main' && (node.catalog ?? '') === ''
  if (!isOwn || !allowed.has(name)) {
    throw notAllowed(`the function ${shown(name)} is not among those that may be used`)
  }
  if (node.export_state === true) throw notAllowed('EXPORT_STATE is not known here')
}

function checkTable(node: Node, parts: ReadonlySet<string>): void {
  const { type, table_name, schema_name = '', catalog_name = '' } = node
  if (type === 'BASE_TABLE') {
    const name = String(table_name).toLowerCase()
    const isPlain = schema_name === '' && catalog_name === '' && !('at_clause' in node)
    if (isPlain && (name === 'events' || parts.has(name))) return
    const whole = [catalog_name, schema_name, table_name].filter(Boolean).join('.')
    throw notAllowed(`there is no table ${shown(whole)} here, only events`)
  }
  if (type === 'TABLE_FUNCTION') checkFunction(node.function as Node, tableFunctions)
  // `SHOW TABLES` and the like name no query.
  const isDescribed = ['DESCRIBE', 'SUMMARY'].includes(String(node.show_type)) && 'query' in node
  if (type === 'SHOW_REF' && (!isDescribed || (table_name ?? '') !== '')) {
    throw notAllowed('SHOW lists what is not here')
  }
  if (type === 'PIVOT' && JSON.stringify(node.pivots ?? '').includes('"pivot_enum"')) {
    throw notAllowed('a PIVOT names its values here')
  }
}

function checkType({ id, type_info }: Node): void {
  // The parser knows no JSON: it is a type by its name.
  const name = id === 'UNBOUND' ? String((type_info as Node | undefined)?.name) : String(id)
  if (id === 'UNBOUND' ? name.toLowerCase() === 'json' : types.has(name)) return
  throw notAllowed(`the type ${shown(name)} is not among those that may be used`)
}

function entriesOf(map: unknown): { key: string; value: unknown }[] {
  const { map: entries = [] } = (map ?? {}) as { map?: { key: string; value: unknown }[] }
  return entries
}

function whyNot(message: string): string {
  if (/^Only SELECT statements/.test(message)) return 'only a query (SELECT) may be asked'
  return message.replace(/\.$/, '')
}
