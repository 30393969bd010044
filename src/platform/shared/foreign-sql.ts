import { AppError } from '../../error/app-error'

/** Refuses somebody else's SQL. @param what a sentence without its end, after a colon */
export function notAllowed(what: string): AppError {
  return new AppError('invalid_request', `This SQL is not run: ${what}.`)
}

// A name within the query is a plain word, so that an engine finds nothing else by it, wherever it stands: no
// path, no other schema, no table of the engine's own.
const PLAIN = /^[a-z_][a-z0-9_]{0,62}$/
const TAKEN = /^(duckdb_|pg_|sqlite_|pragma_|information_schema|audit$|archive$|settled)/

/**
 * Checks a name that a query gives to a part of itself (`WITH name AS …`), in lower case.
 * @throws {AppError} `invalid_request`
 */
export function checkPartName(name: string): void {
  if (PLAIN.test(name) && !TAKEN.test(name)) return
  throw notAllowed(`${shown(name)} cannot be the name of a part (WITH … AS)`)
}

/** Writes a name into a sentence, whatever is in it. */
export function shown(name: string): string {
  const most = 100
  return JSON.stringify(name.length > most ? `${name.slice(0, most)}…` : name)
}

/** Compares the parameters that a query has with those given. @throws {AppError} `invalid_request` */
export function checkParameters(names: readonly string[], given: object): void {
  const missing = names.filter((name) => !Object.hasOwn(given, name))
  if (missing.length > 0) {
    throw notAllowed(`parameters has no value for ${missing.map((one) => `$${one}`).join(', ')}`)
  }
  const unused = Object.keys(given).filter((name) => !names.includes(name))
  if (unused.length > 0) {
    throw notAllowed(`parameters names ${unused.map(shown).join(', ')}, which is not in it`)
  }
}
