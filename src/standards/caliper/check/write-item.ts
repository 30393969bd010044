import type { Model } from '../model/model'
import type { Properties, Property } from '../model/properties'
import { deprecated, type Rules, required } from './rules'
import type { Writer } from './writer'

// In the code that is written here, `o` is the item, `k` and `v` a property and its value, `f` what
// is found, and `x` counts the properties that were seen: when the item has as many, it has no
// others. Asking for each property that a type may have is a third faster than going through those
// that an item has, and `Object.keys` of objects of one shape costs next to nothing.

/** A body is what one generated function checks. */
export interface Body {
  properties: Properties
  /** The statement that checks the value of a property. */
  check(property: Property): string
  spec(property: Property): string
  /** Statements on a `@context` here, which is `v`. */
  context: string
  before?: string
  after?: string
  /** It is true of a type that is not Caliper's, whose properties we do not know. */
  isOpen?: boolean
}

export function itemWriter(writer: Writer, model: Model, rules: Rules) {
  const { constant } = writer
  const { isEarly } = model
  const hasKeywords = model.dialect !== '1.2' && !isEarly // 1.1 deprecated `@id` and `@type`

  return function write(name: string, body: Body): string {
    const properties = [...body.properties.values()]
    return `function ${name}(o,f,isTop){
let x=0,l=false;const n=f.length;
{const v=o['@context'],k='@context';if(v!==undefined){x++;${body.context}}}
${body.before ?? ''}
${properties.map((property) => `{${lookUp(property.name)}${seen(property, body)}}`).join('\n')}
${body.isOpen ? '' : `if(x!==keyCount(o))others(o,f,${constant(known(properties))});`}
${body.after ?? ''}
if(l)soften(f,n)
}`
  }

  /** Makes `v` and `k` of a property. */
  function lookUp(name: string): string {
    const key = quote(keyOf(name))
    if (!hasKeywords || !isKeyword(name)) return `const v=o[${key}],k=${key};`
    const old = quote(`@${name}`)
    const rule = constant(rules.keyword)
    return `let v=o[${key}],k=${key};if(v===undefined&&o[${old}]!==undefined){v=o[${old}];k=${old};add(f,k,v,${rule})}`
  }

  function seen(property: Property, body: Body): string {
    const { name, shape, successor } = property
    // That a type is missing is said where it is looked up.
    const isRequired = shape.need === 'required' && shape.range.kind !== 'Type'
    const spec = name === 'id' ? rules.sections.identifiers : body.spec(property)
    const missing = isRequired ? `add(f,k,v,${constant(required(spec))})` : ''
    const change =
      successor === undefined ? undefined : deprecated(successor, rules.sections.changes)
    return [
      'if(v!==undefined){x++;',
      change === undefined ? '' : `add(f,k,v,${constant(change)});`,
      isRequired ? `if(v===null)${missing};else{${body.check(property)}}` : body.check(property),
      isRequired ? `}else ${missing};` : '}',
    ].join('')
  }

  function known(properties: Property[]): Set<string> {
    const keywords = model.dialect === '1.2' ? [] : ['@id', '@type']
    return new Set(['@context', ...keywords, ...properties.map(({ name }) => keyOf(name))])
  }

  function keyOf(name: string): string {
    return isEarly && isKeyword(name) ? `@${name}` : name
  }
}

/** Tells whether JSON-LD has a keyword for the name. */
function isKeyword(name: string): boolean {
  return name === 'id' || name === 'type'
}

export function quote(text: string): string {
  return JSON.stringify(text)
}
