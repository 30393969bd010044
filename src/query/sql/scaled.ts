/**
 * The SQL says for how many events a row stands: more than one where a policy keeps a sample of its kind.
 * Files from before there were samples have no rate, and neither has what is kept whole.
 */
export const weight = '1e0 / coalesce(sample_rate, 1e0)'

/**
 * Writes how many there are, kept or not, as a whole number: sums of `weight` have fractions.
 * @param where counts only rows of which this is true
 */
export function counted(where?: string): string {
  if (where === undefined) return 'CAST(round(sum(weight)) AS bigint)'
  return `CAST(round(\n      sum(CASE WHEN ${where}\n        THEN weight ELSE 0e0 END)) AS bigint)`
}

/** Writes the mean of a column over what is there, kept or not, to a tenth. */
export function mean(column: string): string {
  const given = `${column} IS NOT NULL`
  return tenths(`
    sum(weight * ${column}) / sum(weight) FILTER (WHERE ${given})`)
}

/**
 * Writes a value to a tenth. The last bits of a sum depend on the order of adding, which engines choose:
 * they are dropped first, or a value in the middle of two tenths would be now the one and now the other.
 */
export function tenths(value: string): string {
  return `round(round(${value}, 6), 1)`
}
