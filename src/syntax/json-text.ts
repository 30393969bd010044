// TypeScript's library does not have it yet; Bun and Node 24 do.
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): object }

/** Writes a value as JSON, in which a bigint is a number like any other, with all its digits. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, one) => (typeof one === 'bigint' ? rawJSON(String(one)) : one),
    indent,
  )
}
