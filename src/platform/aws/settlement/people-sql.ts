import { accountIn, withLowerDomain } from '../../../event/person-id'
import { text } from './texts'

// Every string of a JSON text, with its quotes: those of values and of names. What stands between two
// backslashes is taken at once, so that a long string is no long way back for the engine.
const STRINGS = String.raw`'"[^"\\]*(?:\\.[^"\\]*)*"'`

// It says of a mail address what `withLowerDomain` does.
const MAIL = String.raw`'(?i)^((?:mailto:)?[^\s@"<>:/|?#]+@)([^\s@"<>:/|?#]+)$'`

// A string without a backslash is what stands between its quotes; only one with a backslash has to be parsed.
const UNESCAPED = String.raw`t -> CASE
  WHEN strpos(t, '\') = 0 THEN substr(t, 2, length(t) - 2)
  ELSE coalesce(TRY(json_extract_scalar(t, '$')), substr(t, 2, length(t) - 2)) END`

// The item to the letter: `raw` is another text where SQL could not read it.
const SENT = 'coalesce(raw_exact, raw)'

/**
 * Writes the condition under which a row of the lake is of one of these people, by the rules of `People`: its
 * `actor_id` is theirs, or one of their ids stands in its `raw` as a whole JSON string, however it is escaped.
 * An account counts where `homePage` and `name` stand beside each other, as in an account of xAPI, which has
 * nothing else. An id is in it four times at the most.
 * @param tenantId whose rows are searched
 * @param ids in every spelling (`spellingsOf`); an empty one belongs to nobody
 * @param pointers what `raw` is where their record was too large for the lake (`archive/oversize.ts`)
 * @returns undefined where no id is left
 */
export function ownedBy(
  tenantId: string,
  ids: readonly string[],
  pointers: readonly string[] = [],
): string | undefined {
  const named = [...new Set(ids)].filter((id) => id !== '').sort()
  if (named.length === 0) return undefined
  const known = [...new Set(named.map(withLowerDomain))]
  const strings = `transform(regexp_extract_all(${SENT}, ${STRINGS}), ${UNESCAPED})`
  const ways = [isKnown('actor_id', known), `any_match(${strings}, s -> ${isKnown('s', known)})`]
  const accounts = named.map(accountIn).filter((one) => one !== undefined)
  if (accounts.length > 0) {
    const written = accounts.flatMap(({ homePage, name }) => [
      ['homePage', homePage, 'name', name],
      ['name', name, 'homePage', homePage],
    ])
    const listed = written.map((parts) => `ARRAY[${parts.map(text).join(', ')}]`).join(', ')
    // A text of fewer strings gives one list of them all, which is no account either.
    ways.push(`any_match(ngrams(${strings}, 4), four -> four IN (${listed}))`)
  }
  if (pointers.length > 0) ways.push(`raw IN (${pointers.map(text).join(', ')})`)
  const isTheirs = ways.map((one) => `coalesce(${one}, false)`).join(' OR ')
  return `(tenant_id = ${text(tenantId)} AND (${isTheirs}))`
}

function isKnown(value: string, known: readonly string[]): string {
  const lowered = `regexp_replace(${value}, ${MAIL}, m -> m[1] || lower(m[2]))`
  const compared = `CASE WHEN strpos(${value}, '@') > 0 THEN ${lowered} ELSE ${value} END`
  return `${compared} IN (${known.map(text).join(', ')})`
}
