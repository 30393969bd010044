import {
  BailErrorStrategy,
  CharStreams,
  CommonTokenStream,
  ParserRuleContext,
  type ParseTree,
  PredictionMode,
  TerminalNode,
  type Token,
} from 'antlr4ng'
import { TrinoSqlLexer } from 'dt-sql-parser/dist/lib/trino/TrinoSqlLexer'
import * as trino from 'dt-sql-parser/dist/lib/trino/TrinoSqlParser'
import { checkPartName, notAllowed, shown } from '../../../shared/foreign-sql'
import { functions, types } from './functions'

const set = (text: string) => new Set(text.trim().split(/\s+/))

// The grammar is Trino's own, as published for its tools: these of its rules are what a query is made of. What is
// not among them is refused: functions of one's own, JSON_TABLE, TABLE(…), MATCH_RECOGNIZE, periods.
const rules = set(`
  program statements singleStatement statement rootQuery query with queryNoWith limitRowCount rowCount queryTerm queryPrimary
  sortItem querySpecification whereClause havingClause selectList groupBy partitionBy groupingElement groupingSet groupingTerm
  windowDefinition windowSpecification namedQuery setQuantifier selectItem selectAllWithoutTable tableAllColumns
  selectLiteralColumnName selectExpressionColumnName relation joinType joinCriteria joinColumnEquality joinColumnReference
  sampledRelation sampleType trimsSpecification listAggOverflowBehavior listAggCountIndication patternRecognition
  aliasedRelation columnAliases relationPrimary relationSourceTable expression booleanExpression predicate
  valueExpression primaryExpression nullTreatment string timeZoneSpecifier comparisonOperator comparisonQuantifier
  booleanValue interval intervalField normalForm type rowField typeParameter whenClause filter over windowFrame frameExtent
  frameBound tableOrViewName tableRef functionName columnRef columnName qualifiedName identifier number nonReserved`)

// Some of a rule's forms are not for a query of somebody else's.
const forms: [rule: number, allowed: readonly unknown[]][] = [
  [trino.TrinoSqlParser.RULE_statement, [trino.StatementDefaultContext]],
  [
    trino.TrinoSqlParser.RULE_identifier,
    [trino.UnquotedIdentifierContext, trino.QuotedIdentifierContext],
  ],
]
const refused = [
  trino.CurrentUserContext,
  trino.CurrentCatalogContext,
  trino.CurrentSchemaContext,
  trino.CurrentPathContext,
  trino.MeasureContext,
  trino.ParameterContext,
]

// Far more than anybody writes, and far less than the stack holds: an expression of one operator has nine.
const DEEPEST = 3_000

/** Reads the words of SQL, with what stands between them: put together they are the text again. */
export function tokensOf(sql: string): Token[] {
  const lexer = new TrinoSqlLexer(CharStreams.fromString(sql))
  lexer.removeErrorListeners()
  const stream = new CommonTokenStream(lexer)
  stream.fill()
  const tokens = stream.getTokens().slice(0, -1)
  if (tokens.map(textOf).join('') !== sql) throw notAllowed('it has characters that are no SQL')
  return tokens
}

export function textOf({ text }: Token): string {
  return text ?? ''
}

/**
 * Judges a query by Trino's grammar. Whatever is not known here is refused: rules, functions, types, and tables
 * but `events` and the parts that the query itself names.
 * @returns the place among its tokens of a `WITH` that begins it; undefined when it has none
 * @throws {AppError} `invalid_request` with what is not allowed
 */
export function judgeTree(sql: string): number | undefined {
  const statement = parse(sql)
  visit(statement, new Set(), 0)
  const [query] = findQueries(statement)
  return query?.with()?.KW_WITH().symbol.tokenIndex
}

function parse(sql: string): ParserRuleContext {
  const lexer = new TrinoSqlLexer(CharStreams.fromString(sql))
  lexer.removeErrorListeners()
  const parser = new trino.TrinoSqlParser(new CommonTokenStream(lexer))
  parser.removeErrorListeners()
  parser.errorHandler = new BailErrorStrategy()
  // It looks ahead without what stands around: many times faster, and what it can read is read the same (the
  // documentation of ANTLR, "PredictionMode"). What it cannot is refused.
  parser.interpreter.predictionMode = PredictionMode.SLL
  let program: ParserRuleContext
  try {
    program = parser.program()
  } catch {
    const { line, column, text } = parser.getCurrentToken()
    const near = text === '<EOF>' ? 'at its end' : `at ${shown(text ?? '')}`
    throw notAllowed(`it cannot be read ${near} (line ${line}, column ${column + 1})`)
  }
  const statements = program.children?.filter((one) => !(one instanceof TerminalNode)) ?? []
  if (statements.length !== 1) throw notAllowed('it has to be one statement')
  return program
}

function visit(tree: ParseTree, parts: ReadonlySet<string>, depth: number): void {
  if (!(tree instanceof ParserRuleContext)) return
  if (depth > DEEPEST) throw notAllowed('it is nested too deeply')
  check(tree, parts)
  let seen = parts
  if (tree instanceof trino.QueryStatementContext) {
    const named = tree.with()
    if (named?.KW_RECURSIVE()) throw notAllowed('WITH RECURSIVE is not known here')
    const more = new Set(parts)
    for (const part of named?.namedQuery() ?? []) {
      const name = nameOf(part.identifier())
      checkPartName(name)
      visit(part, more, depth + 1)
      more.add(name)
    }
    seen = more
  }
  for (const child of tree.children ?? []) {
    if (!(child instanceof trino.WithContext)) visit(child, seen, depth + 1)
  }
}

function check(tree: ParserRuleContext, parts: ReadonlySet<string>): void {
  const rule = trino.TrinoSqlParser.ruleNames[tree.ruleIndex] ?? ''
  const isForm = forms.every(
    ([index, allowed]) => index !== tree.ruleIndex || allowed.includes(tree.constructor),
  )
  if (rule === 'statement' && !isForm) throw notAllowed('only a query (SELECT) may be asked')
  if (!rules.has(rule) || !isForm || refused.some((one) => tree instanceof one)) {
    throw notAllowed(`${shown(tree.getText())} is not known here`)
  }
  if (tree instanceof trino.PatternRecognitionContext && tree.KW_MATCH_RECOGNIZE()) {
    throw notAllowed('MATCH_RECOGNIZE is not known here')
  }
  if (tree instanceof trino.TableRefContext) checkTable(tree, parts)
  if (tree instanceof trino.FunctionNameContext) checkFunction(tree)
  const named =
    tree instanceof trino.GenericTypeContext || tree instanceof trino.TypeConstructorContext
  if (named && tree.identifier() !== null && !types.has(nameOf(tree.identifier()!))) {
    throw notAllowed(`the type ${shown(tree.identifier()!.getText())} is not among those allowed`)
  }
}

function checkTable(tree: trino.TableRefContext, parts: ReadonlySet<string>): void {
  const names = tree.identifier().map(nameOf)
  const [name = ''] = names
  if (names.length === 1 && (name === 'events' || parts.has(name))) return
  throw notAllowed(`there is no table ${shown(names.join('.'))} here, only events`)
}

function checkFunction(tree: trino.FunctionNameContext): void {
  const names = tree.qualifiedName().identifier().map(nameOf)
  if (names.length === 1 && functions.has(names[0]!)) return
  throw notAllowed(`the function ${shown(names.join('.'))} is not among those that may be used`)
}

/** Trino compares names without regard to case, also those in quotes. */
function nameOf(identifier: ParserRuleContext): string {
  const text = identifier.getText()
  const plain = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
  return plain.toLowerCase()
}

function findQueries(tree: ParserRuleContext): trino.QueryStatementContext[] {
  if (tree instanceof trino.QueryStatementContext) return [tree]
  return (tree.children ?? []).flatMap((child) =>
    child instanceof ParserRuleContext ? findQueries(child) : [],
  )
}
