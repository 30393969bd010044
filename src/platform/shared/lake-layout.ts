/**
 * The lake's folders name what they hold, the way of Hive, so that other tools find the columns and
 * read only what they need: `retention_class=C/day=D/hour=H`. Day and hour are those of arrival, UTC.
 */
export const folderKeys = ['retention_class', 'day', 'hour'] as const

/** The files leave this column out: an engine has it from the path, and some refuse it twice. */
export const IN_PATH = 'retention_class'

/** Names the folder of a partition. @param values in the order of `folderKeys` */
export function folderOf(values: readonly string[]): string {
  return folderKeys.map((key, place) => `${key}=${values[place]}`).join('/')
}
