import type { Model } from '../model/model'
import type { Property } from '../model/properties'
import type { Range, ValueKind } from '../model/shape'
import { vocabularies } from '../model/vocabularies'
import type { Rule } from './found-issue'
import { error, got, type Rules } from './rules'
import type { Writer } from './writer'

// In the code that is written here, `v` is the value, `k` the step to it, `f` what is found.

type Simple = Exclude<ValueKind, 'IRI' | 'UUID' | 'Type' | 'Action' | 'Profile'>

/** Each simple kind of value has a test, the code of its failing, and what was expected. */
const simple: Record<Simple, readonly [test: string, code: string, expected: string]> = {
  anything: ['true', '', ''],
  string: [`typeof v==='string'&&v!==''`, 'wrong_type', 'a string'],
  boolean: [`typeof v==='boolean'`, 'wrong_type', 'true or false'],
  integer: ['isInteger(v)', 'wrong_type', 'a whole number'],
  nonNegativeInteger: ['isInteger(v)&&v>=0', 'wrong_type', 'a whole number from 0 on'],
  decimal: [`typeof v==='number'`, 'wrong_type', 'a number'],
  DateTime: [
    `typeof v==='string'&&isUtcMillis(v)`,
    'invalid_timestamp',
    'YYYY-MM-DDTHH:mm:ss.SSSZ in UTC',
  ],
  Duration: [
    `typeof v==='string'&&isDuration(v)`,
    'invalid_duration',
    'an ISO 8601 duration, e.g. PT1M30S',
  ],
  Object: [
    `typeof v==='object'&&v!==null&&!isArray(v)&&!isEmptyObject(v)`,
    'wrong_type',
    'an object',
  ],
}

// 1.0 had whole numbers of seconds, or of milliseconds.
const earlyDuration = `isInteger(v)||${simple.Duration[0]}`

interface Needs {
  writer: Writer
  model: Model
  rules: Rules
  /** The name of the function that checks a reference to one of these types. */
  reference(types: readonly string[]): string
}

/** Writes the statement that checks the value of a property. */
export function valueWriter({ writer, model, rules, reference }: Needs) {
  const { constant, declare } = writer

  return function write({ shape }: Property, spec: string): string {
    const mayBeEmpty = shape.need !== 'required'
    const rule = ruleOf(shape.range, spec)
    if (!shape.isArray) return statement(shape.range, constant({ ...rule, mayBeEmpty }))
    const list = { ...error('wrong_type', spec, got('Expected an array')), mayBeEmpty }
    return `${listOf(shape.range)}(v,f,k,${constant(list)},${constant(rule)});`
  }

  /** @param rule the name of the rule in the program */
  function statement(range: Range, rule: string): string {
    if (range.kind === 'Entity') return `${reference(range.types)}(v,f,k,${rule});`
    if (range.kind === 'Term') {
      const words = constant(vocabularies[range.vocabulary])
      return `if(!(typeof v==='string'&&${words}.has(v)))oddTerm(f,k,v,${words},${rule});`
    }
    if (range.kind === 'IRI') {
      return `if(!(typeof v==='string'&&isIdentifier(v)))oddIdentifier(f,k,v);`
    }
    if (range.kind === 'UUID') {
      return `if(!(typeof v==='string'&&isRandomUuidUrn(v)))oddEventId(f,k,v);`
    }
    const [test] = simple[range.kind as Simple]
    const isEarlyDuration = model.isEarly && range.kind === 'Duration'
    return `if(!(${isEarlyDuration ? earlyDuration : test}))odd(f,k,v,${rule});`
  }

  function listOf(range: Range): string {
    return declare(`list ${JSON.stringify(range)}`, (name) => {
      const each = statement(range, 'each')
      const roles = range.kind === 'Term' && range.vocabulary === 'Role'
      return `function ${name}(a,f,p,rule,each){
if(!isArray(a)||a.length===0)return odd(f,p,a,rule);
const n=f.length;
for(let k=0;k<a.length;k++){const v=a[k];${each}}
${roles ? 'coreRoles(a,f);' : ''}
if(f.length!==n)under(f,n,p)
}`
    })
  }

  function ruleOf(range: Range, spec: string): Rule {
    if (range.kind === 'Entity') {
      const names = range.types.join(' or ')
      const isPart = range.types.every((type) => model.parts.has(type))
      const expected = isPart ? names : `${names}, or its IRI`
      return error('wrong_type', rules.sections.types, got(`Expected ${expected}`))
    }
    if (range.kind === 'Term') {
      const name = range.vocabulary.replace(/\B[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
      const what = name.replaceAll('_', ' ')
      const section = rules.sections.vocabulary(range.vocabulary)
      return error(`unknown_${name}`, section, got(`Expected a ${what} of the standard`))
    }
    const [, code, expected] = simple[range.kind as Simple] ?? ['', 'wrong_type', '']
    return error(code, spec, got(`Expected ${expected}`))
  }
}
