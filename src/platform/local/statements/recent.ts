/**
 * Remembers values by name, the recent ones: when so many are new, those that nobody has asked for
 * since the last time are forgotten. That costs two look-ups, where the order of use would cost a
 * write for each.
 */
export interface Recent<Name, Value> {
  get(name: Name): Value | undefined
  set(name: Name, value: Value): void
  delete(name: Name): void
  clear(): void
}

export function createRecent<Name, Value>(most: number): Recent<Name, Value> {
  let young = new Map<Name, Value>()
  let old = new Map<Name, Value>()

  function set(name: Name, value: Value) {
    if (young.size >= most) {
      old = young
      young = new Map()
    }
    young.set(name, value)
  }

  return {
    set,

    get(name) {
      const value = young.get(name)
      if (value !== undefined) return value
      const older = old.get(name)
      if (older !== undefined) set(name, older)
      return older
    },

    delete(name) {
      young.delete(name)
      old.delete(name)
    },

    clear() {
      young.clear()
      old.clear()
    },
  }
}
