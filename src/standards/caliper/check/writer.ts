import type { Model } from '../model/model'

/** Collects the parts of a program: constants from outside, and functions by what they do. */
export function createWriter() {
  const values: unknown[] = []
  const names = new Map<unknown, string>()
  const functions = new Map<string, { name: string; text: string }>()
  const maps: string[] = []

  /** A name for a value that the program refers to. */
  function constant(value: unknown): string {
    const known = names.get(value)
    if (known !== undefined) return known
    const name = `c${values.length}`
    values.push(value)
    names.set(value, name)
    return name
  }

  /** The name of the function that `key` stands for; written once, whoever asks. */
  function declare(key: string, write: (name: string) => string): string {
    const known = functions.get(key)
    if (known !== undefined) return known.name
    const entry = { name: `f${functions.size}`, text: '' }
    functions.set(key, entry) // before writing: what it calls may call it
    entry.text = write(entry.name)
    return entry.name
  }

  /** A map from strings to functions; built after all functions are there. */
  function mapOf(entries: Iterable<readonly [string, string]>): string {
    const name = `m${maps.length}`
    const pairs = [...entries].map(([key, value]) => `[${JSON.stringify(key)},${value}]`)
    maps.push(`const ${name}=new Map([${pairs}]);`)
    return name
  }

  /** @param helpers what the functions call by name */
  function run(helpers: Readonly<Record<string, unknown>>, result: string): unknown {
    const text = [
      '"use strict"',
      `const {${Object.keys(helpers)}}=h`,
      ...values.map((_, i) => `const c${i}=c[${i}]`),
      ...[...functions.values()].map((one) => one.text),
      ...maps,
      `return ${result}`,
    ].join('\n')
    return new Function('h', 'c', text)(helpers, values)
  }

  return { constant, declare, mapOf, run }
}

/** Names the property that holds the type. */
export function typeKeyOf({ isEarly }: Model): string {
  return isEarly ? '@type' : 'type'
}

/** Lists how the items of a version write a type: as a term, or in 1.0 as one of two IRIs. */
export function keysOf(type: string, { isEarly }: Model): string[] {
  const space = 'http://purl.imsglobal.org/caliper/v1'
  return isEarly ? [`${space}/${type}`, `${space}/lis/${type}`] : [type]
}

export type Writer = ReturnType<typeof createWriter>
