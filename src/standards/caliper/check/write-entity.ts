import { type EntityModel, type Model, subtypesOf } from '../model/model'
import type { Properties, Property } from '../model/properties'
import { deprecated, error, got, type Rules } from './rules'
import type { Wanted } from './unexpected-values'
import { type Body, quote } from './write-item'
import { keysOf, typeKeyOf, type Writer } from './writer'

interface Needs {
  writer: Writer
  model: Model
  rules: Rules
  writeItem(name: string, body: Body): string
  value(property: Property, spec: string): string
}

/** Writes the functions that check entities, and references to them. */
export function entityWriter({ writer, model, rules, writeItem, value }: Needs) {
  const { constant, declare, mapOf } = writer
  const { sections } = rules
  const typeKey = quote(typeKeyOf(model))

  /** The functions, by type. */
  function checks(types: Iterable<string> = [...model.entities.keys(), ...model.parts.keys()]) {
    return [...types].flatMap((type) =>
      keysOf(type, model).map((key) => [key, check(type)] as const),
    )
  }

  function check(type: string): string {
    const part = model.parts.get(type)
    if (part !== undefined) return declare(`part ${type}`, (name) => writeItem(name, bodyOf(part)))
    const entity = model.entities.get(type)!
    return declare(`entity ${signatureOf(entity)}`, (name) =>
      writeItem(name, { ...bodyOf(entity.properties), before: before(entity) }),
    )
  }

  /** A type that is not Caliper's has what all entities have, and whatever else. */
  function other(): string {
    const { properties } = model.entities.get('Entity')!
    return declare('other entity', (name) =>
      writeItem(name, { ...bodyOf(properties), isOpen: true }),
    )
  }

  function bodyOf(properties: Properties): Body {
    const spec = ({ owner }: Property) =>
      owner === 'Entity' ? sections.entity : sections.entityType(owner)
    return {
      properties,
      spec,
      context: 'if(!isTop)l=nestedContext(f,v);',
      check: (property) =>
        property.shape.range.kind === 'Type' ? '' : value(property, spec(property)),
    }
  }

  function before({ successor }: EntityModel): string {
    if (successor === undefined) return ''
    const rule = constant(deprecated(successor, sections.changes))
    return `add(f,'type',o.type,${rule});`
  }

  /**
   * An entity where another item has one: an object of one of `types` or of a type below it, or its
   * IRI (4.3: "Caliper permits Entity values to be expressed either as a JSON object or as a string
   * corresponding to its IRI"). Parts have no IRI.
   */
  function reference(types: readonly string[]): string {
    return declare(`reference ${types}`, (name) => {
      const isPart = types.every((type) => model.parts.has(type))
      const fitting = isPart ? new Set(types) : subtypesOf(model, types)
      const wanted: Wanted = {
        types: fitting,
        wrong: error('wrong_entity', sections.types, got(`Expected ${types.join(' or ')}`)),
      }
      const text = isPart
        ? 'return odd(f,k,v,rule)'
        : 'if(!isIdentifier(v))oddReference(f,k,v,rule);return'
      return `function ${name}(v,f,k,rule){
if(typeof v==='string'){${text}}
if(typeof v!=='object'||v===null||isArray(v))return odd(f,k,v,rule);
const n=f.length,check=${mapOf(checks(fitting))}.get(v[${typeKey}]);
if(check!==undefined)check(v,f);
else if(rule.mayBeEmpty&&isEmptyObject(v))return odd(f,k,v,rule);
else item('entity',v,f,${constant(wanted)});
if(f.length!==n)under(f,n,k)
}`
    })
  }

  return { checks, other, reference }
}

/** Two types that differ in nothing but their names are checked by one function. */
function signatureOf({ type, properties, successor }: EntityModel): string {
  return JSON.stringify([...properties.values()]) + (successor === undefined ? '' : type)
}
