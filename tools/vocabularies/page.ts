import type { EventType } from '../../src/event/event-type'
import type { Vocabulary } from './compile'

/** Writes the page of all types: a table a vocabulary, then a section a type. */
export function pageOf(vocabularies: readonly Vocabulary[]): string {
  return `${[head, ...vocabularies.flatMap(partOf)].join('\n\n')}\n`
}

const head = `# Event types

This page is written by \`npm run vocabularies\` from \`src/standards/native/vocabularies/*.yaml\`; change those.
[native.md](native.md) says what a native event is, and how tenants register types of their own.

A name is compared letter for letter. Where two vocabularies have it, the first counts: those that the source names, those
that the tenant names, the tenant's own types, then these four in the order of this page. What a schema does not name is
taken as well. A mapped field is read from where the pointer leads, from the root of the event (\`/payload\` stands for
\`properties\`, too); from common names of members otherwise.

| class | means |
|---|---|
| privacy \`standard\`, \`sensitive\`, \`pii\` | what the record's \`privacyLevel\` is at least |
| retention \`standard\`, \`sensitive\`, \`pii\`, \`system\` | 7 years, 3 years, 1 year, 1 year in the lake |
| sampling \`never\` | learning, what people did, and errors: every event counts |
| sampling \`performance\` | a sender in production may send 10 % |
| sampling \`high-volume\` | a sender may send 1 % |
| sampling \`debug\` | sent from development and staging only |

Senders sample; whatever arrives is stored.`

function partOf({ vocabulary, description, types }: Vocabulary): string[] {
  const rows = types.map((type) => {
    const { name, category, retentionClass, sampling } = type
    const link = `[\`${name}\`](#${anchorOf(type)})`
    return `| ${link} | ${category} | ${type.description} | ${retentionClass} | ${sampling} |`
  })
  const table = [
    '| type | category | description | retention | sampling |',
    '|---|---|---|---|---|',
    ...rows,
  ]
  return [`## ${vocabulary}`, description.trim(), table.join('\n'), ...types.map(sectionOf)]
}

/** The heading names the vocabulary, so that no two of a page are the same. */
function anchorOf({ vocabulary, name }: EventType): string {
  return `${vocabulary}-${name}`.toLowerCase()
}

function sectionOf(type: EventType): string {
  const { vocabulary, name, description, schema = {}, envelope, example, limits = {} } = type
  const { commonAction, category, privacyLevel, retentionClass, sampling, version } = type
  const facts = [
    `category \`${category}\``,
    `version ${version}`,
    ...(commonAction === undefined ? [] : [`action \`${commonAction}\``]),
    `privacy \`${privacyLevel}\``,
    `retention \`${retentionClass}\``,
    `sampling \`${sampling}\``,
    ...(limits.maxPayloadBytes ? [`at most ${limits.maxPayloadBytes} bytes of payload`] : []),
    ...(limits.maxPayloadKeys ? [`at most ${limits.maxPayloadKeys} members of it`] : []),
  ]
  return [
    `### ${vocabulary} ${name}`,
    `${description}: ${facts.join(', ')}.`,
    ...membersTable('payload', schema),
    ...(envelope === undefined ? [] : membersTable('beside it', envelope)),
    ...mappingLine(type),
    `\`\`\`json\n${JSON.stringify(example)}\n\`\`\``,
  ].join('\n\n')
}

type Schema = Record<string, unknown>

function membersTable(where: string, schema: Schema): string[] {
  const required = (schema.required ?? []) as string[]
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema | true>)
  if (properties.length === 0) return []
  const rows = properties.map(([name, part]) => {
    return `| \`${name}\`${required.includes(name) ? ', required' : ''} | ${ruleOf(part)} |`
  })
  return [[`| ${where} | value |`, '|---|---|', ...rows].join('\n')]
}

/** Says in words what a schema asks of a value. */
function ruleOf(part: Schema | boolean): string {
  if (typeof part === 'boolean') return 'anything'
  const { enum: choices, const: only, anyOf, type, items } = part
  if (Array.isArray(choices)) return `one of ${choices.map(code).join(' ')}`
  if (only !== undefined) return code(only)
  if (Array.isArray(anyOf)) return anyOf.map(ruleOf).join(', or ')
  const said = [type].flat().map(String).join(' or ')
  const of = type === 'array' && items !== undefined ? ` of ${ruleOf(items as Schema)}` : ''
  return [`${said}${of}`, ...boundsOf(part), ...textIn(part.description)].join(', ')
}

function boundsOf(part: Schema): string[] {
  const { minimum, maximum, exclusiveMinimum, maxLength, minLength, maxItems } = part
  return [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(minLength === undefined ? [] : [`${minLength} character or more`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems} of them`]),
    ...(part.pattern === undefined ? [] : [code(part.pattern)]),
    ...(part.format === undefined ? [] : [String(part.format)]),
  ]
}

function textIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : []
}

function code(value: unknown): string {
  return `\`${String(value).replaceAll('|', '\\|')}\``
}

function mappingLine({ mapping = {} }: EventType): string[] {
  const said = Object.entries(mapping).map(([field, from]) => {
    return `\`${field}\` ${typeof from === 'string' ? `from \`${from}\`` : `is \`${from.const}\``}`
  })
  return said.length === 0 ? [] : [`In the record: ${said.join(', ')}.`]
}
