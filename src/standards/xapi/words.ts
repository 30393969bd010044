/** The terms of xAPI that stand as values: every `objectType` (1.0.3, Data, 2.4), and what a Person is. */
export const words: ReadonlySet<string> = new Set([
  ...['Agent', 'Group', 'Activity', 'Person', 'StatementRef', 'SubStatement'],
])
