import { canonical, isObject, type SchemaObject } from './schema'

// As `canonical` writes them.
const REFERENCE = /\["\$ref",("(?:[^"\\]|\\.)*")\]/g
/** Words by which a schema is found otherwise than by the place where it stands. */
const OTHERWISE = /"\$(?:id|anchor|dynamicAnchor|dynamicRef|recursiveRef|recursiveAnchor)"/

/** Makes what tells whether two parts of two schemas mean the same. */
export function sameness(roots: { was: SchemaObject; now: SchemaObject }) {
  const known = new WeakMap<object, string>()
  const areSameWhole = textOf(roots.was) === textOf(roots.now)
  const [before, after] = [definitionsOf(roots.was), definitionsOf(roots.now)]
  // Then a reference means the same in both.
  const areSettled = before !== undefined && before === after

  return function areSame(was: unknown, now: unknown): boolean {
    const text = textOf(was)
    if (text !== textOf(now)) return false
    return areSameWhole || areSettled || !(text.includes('"$ref"') || OTHERWISE.test(text))
  }

  function textOf(part: unknown): string {
    if (!isObject(part)) return canonical(part)
    const text = known.get(part) ?? canonical(part)
    known.set(part, text)
    return text
  }

  /** @returns undefined where something is referred to that is no definition */
  function definitionsOf(root: SchemaObject): string | undefined {
    const text = textOf(root)
    if (OTHERWISE.test(text)) return undefined
    for (const [, target] of text.matchAll(REFERENCE)) {
      if (!/^"#\/(?:\$defs|definitions)\//.test(target!)) return undefined
    }
    return canonical({ $defs: root.$defs, definitions: root.definitions })
  }
}
