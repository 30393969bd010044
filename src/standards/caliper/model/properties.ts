import { type EntityRow, entities as entityRows, parts } from './entities'
import type { MissingTerms } from './missing-terms'
import { type PropertyTable, parseShape, type Range, type Shape } from './shape'
import { deprecatedIn1p1, rangesIn1p0 } from './versions'

export interface Property {
  name: string
  shape: Shape
  /** The type whose table has it, by which the specification is cited. */
  owner: string
  /** A property that is deprecated in this version is called so now, '' for nothing. */
  successor?: string
}

export type Properties = ReadonlyMap<string, Property>

interface Needs {
  missing: MissingTerms
  /** The types of this version. */
  rows: ReadonlyMap<string, EntityRow>
  isOld: boolean
  isEarly: boolean
}

/**
 * Reads a type's table as one version has it: without what came later, with what went since. What
 * `base` requires stays required, whatever the type narrows.
 */
export function propertyReader({ missing, rows, isOld, isEarly }: Needs) {
  return function read(owner: string, table: PropertyTable, base?: Properties): Properties {
    const properties = new Map<string, Property>()
    for (const [name, text] of Object.entries(table)) {
      if (missing.property(owner, name)) continue
      const shape = shapeOf((isEarly && rangesIn1p0[owner]?.[name]) || text)
      if (base?.get(name)?.shape.need === 'required') shape.need = 'required'
      properties.set(name, { name, shape, owner })
    }
    if (isOld) for (const property of deprecated(owner)) properties.set(property.name, property)
    return properties
  }

  function deprecated(owner: string): Property[] {
    const gone = Object.entries(deprecatedIn1p1.properties[owner] ?? {})
    return gone.map(([name, [text, successor]]) => ({
      name,
      shape: shapeOf(text),
      owner,
      ...(!isEarly && { successor }),
    }))
  }

  function shapeOf(text: string): Shape {
    const shape = parseShape(text)
    return { ...shape, range: present(shape.range) }
  }

  /** A type that a version has not is one of the types above it there. */
  function present(range: Range): Range {
    if (range.kind !== 'Entity') return range
    return { kind: 'Entity', types: [...new Set(range.types.map(nearest))] }
  }

  function nearest(type: string): string {
    if (rows.has(type) || Object.hasOwn(parts, type)) return type
    const { of } = entityRows[type] ?? {}
    const above = typeof of === 'string' ? of : of?.[0]
    if (above === undefined) throw new Error(`${type} is no type of entity`)
    return nearest(above)
  }
}
