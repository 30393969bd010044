/** Lists every text that a JSON text says, in every form in which it may be read: strings and names, decoded. */
export function textsIn(json: string): string[] {
  const found = new Set<string>()
  JSON.parse(json, (name, value) => {
    add(name, found)
    if (typeof value === 'string' || typeof value === 'number') add(String(value), found)
    return value
  })
  // Of two members of one name JSON.parse gives the last alone.
  for (const [one] of json.matchAll(/"(?:[^"\\]|\\.)*"/gs)) add(JSON.parse(one), found)
  return [...found]
}

function add(text: string, found: Set<string>): void {
  if (found.has(text)) return
  found.add(text)
  for (const decoded of [percent(text), percent(text.replaceAll('+', ' ')), unescaped(text)]) {
    if (decoded !== text) add(decoded, found)
  }
}

function percent(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (some) => {
    try {
      return decodeURIComponent(some)
    } catch {
      return some
    }
  })
}

function unescaped(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|["\\/])/g, (_, one: string) =>
    one.length > 1 ? String.fromCharCode(Number.parseInt(one.slice(1), 16)) : one,
  )
}

/** Lists the texts in which any of the canaries is left, in any case of its letters. */
export function canariesLeft(texts: readonly string[], canaries: readonly string[]): string[] {
  return texts.filter((text) => {
    const lower = text.toLowerCase()
    return canaries.some((one) => lower.includes(one.toLowerCase()))
  })
}
