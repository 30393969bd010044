/** xAPI is read in these versions; every 1.0.x is read as 1.0.3. */
export type XapiVersion = '1.0.3' | '2.0.0'

/** Takes the version of a request, as its context has it; without one it is 1.0.3. */
export function versionIn(context: Readonly<Record<string, string>>): XapiVersion {
  return context.version?.startsWith('2.') ? '2.0.0' : '1.0.3'
}

/** Gives a statement that names no version the one that the text asks for (1.0.3, Data, 2.4.10). */
export function versionOfUnnamed(version: XapiVersion): string {
  return version === '2.0.0' ? '2.0.0' : '1.0.0'
}
