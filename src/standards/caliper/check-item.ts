import type { Kind } from '../../event/record'
import { type Checker, compile } from './check/compile'
import type { FoundIssue } from './check/found-issue'
import { type Dialect, dialectOf } from './model/dialect'
import { modelOf } from './model/model'
import type { Node } from './node'
import type { CaliperVersion } from './version'

// One for each version and each extension of 1.1, made when first needed: at most ten. It takes some
// 30 ms, which a server spends at its start (`prepareChecks`), a function at its first event, and no command
// that checks nothing.
const checkers = new Map<Dialect, Checker>()

/** Makes what most requests will need. */
export function prepareChecks(): void {
  checkerOf('1.2')
}

/**
 * Everything in which an item departs from the text of its version: context, identifiers, required
 * properties, types of values, vocabularies, and which entities stand where, however deep.
 * @param item no deeper than the gate lets through
 */
export function checkItem(item: Node, kind: Kind, version: CaliperVersion): FoundIssue[] {
  const found: FoundIssue[] = []
  checkerOf(dialectOf(item['@context'], version))[kind](item, found)
  return found
}

function checkerOf(dialect: Dialect): Checker {
  const known = checkers.get(dialect)
  if (known !== undefined) return known
  const checker = compile(modelOf(dialect))
  checkers.set(dialect, checker)
  return checker
}
