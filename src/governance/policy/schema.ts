import { columns } from '../../event/columns'
import { MAX_CONDITION_VALUES } from '../../event/conditions'
import { fieldNamed, fieldNames } from '../../event/conditions/fields'
import { conditionSchemaWith, groupSchemasAt } from '../../event/conditions/schema'
import { samplingClasses } from '../../event/event-type'
import { retentionClasses, standardNames } from '../../event/record'
import { blocklistSchema } from '../blocklist/schema'
import {
  addressForms,
  builtInRules,
  defaultPolicy,
  environments,
  optOutSignals,
  transmissions,
  treatments,
  withoutConsent,
} from './policy'
import { MAX_POLICY_BYTES, MAX_RULES } from './read'

const value = { type: ['string', 'number', 'boolean'] }
const listOf = (items: object, maxItems: number) => ({
  type: 'array',
  items,
  minItems: 1,
  maxItems,
})
const orList = (items: object, maxItems = MAX_CONDITION_VALUES) => ({
  anyOf: [items, listOf(items, maxItems)],
})
const words = (list: readonly string[]) => orList({ enum: list }, list.length)
const days = { type: 'integer', minimum: 1, maximum: 36_500 }
const text = { type: 'string', maxLength: 1000 }

// A field goes by its name, by that of its column, and by names that webhooks of other products have.
const fields = [
  ...fieldNames,
  ...columns.map(({ name }) => name),
  ...['eventType', 'actor', 'object', 'group', 'session'],
].filter((name) => fieldNamed(name) !== undefined)

/** These names stand for fields of the record, or for facts of the person and the request. */
const names = {
  type: 'object',
  additionalProperties: false,
  description:
    'Names with values, all of which must hold: short names, and any field of the record',
  properties: {
    ...Object.fromEntries(fields.map((name) => [name, orList(value)])),
    standard: words(standardNames),
    source: { ...orList(value), description: 'The id of the source' },
    type: orList(value),
    category: { ...orList(value), description: 'The category of its registered type' },
    role: { ...orList(value), description: 'One of the roles of the membership, e.g. Learner' },
    course: { ...orList(value), description: 'The course, or the group that was sent' },
    under13: { type: 'boolean', description: 'The sender or the school says so' },
    optOut: { type: 'boolean', description: 'The browser opts out, by a signal of `optOut`' },
    environment: { ...words(environments), description: 'The installation is of this kind' },
    domain: {
      ...orList({ type: 'string', maxLength: 255 }),
      description: 'The event is of this domain; `*.example.org` is every one below it',
    },
    sampling: { ...words(samplingClasses), description: 'Its type is sampled by this class' },
  },
}

// A condition that stands in a rule may have names in its groups, which are read as conditions.
const groups = groupSchemasAt('#/$defs/part')

const rule = {
  type: 'object',
  required: ['name', 'then'],
  additionalProperties: false,
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 64,
      not: { enum: builtInRules },
      description: 'Unique; it stands in receipts, counts and records',
    },
    description: text,
    when: {
      description: 'The rule is for these events; for every one when left out',
      anyOf: [
        { $ref: '#/$defs/condition' },
        { $ref: '#/$defs/names' },
        { type: 'array', items: { $ref: '#/$defs/part' }, maxItems: 20 },
      ],
    },
    then: {
      type: 'object',
      minProperties: 1,
      additionalProperties: false,
      dependentRequired: { fields: ['personal'] },
      properties: {
        sampling: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          description:
            'The share that is kept, by whole sessions. Learning and errors are never sampled',
        },
        consent: {
          type: 'object',
          required: ['category', 'without'],
          additionalProperties: false,
          properties: {
            category: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,63}$' },
            without: {
              enum: withoutConsent,
              description: 'Kept without the person, counted by type and day, or not kept',
            },
          },
        },
        personal: { enum: treatments, description: 'This becomes of personal fields' },
        fields: {
          ...listOf({ type: 'string', maxLength: 1000, pattern: '^\\$[.[]' }, 50),
          description:
            'JSON Paths into the item (RFC 9535: names, indexes and `*`); the declared fields of its standard when left out',
        },
        retention: { enum: retentionClasses },
        privacyLevel: { enum: ['standard', 'sensitive', 'pii'] },
        action: {
          enum: transmissions,
          description: '`MAINTAIN` holds it in quarantine, `DROP` does not keep it',
        },
      },
    },
  },
}

/** The JSON Schema (2020-12) of the document of a policy. What it cannot say, the reader says. */
export const policySchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Policy',
  description: `A policy of a tenant: at most ${MAX_POLICY_BYTES} bytes as JSON. Of rules that match an event, the strictest counts, whatever their order`,
  type: 'object',
  additionalProperties: false,
  properties: {
    version: { type: 'integer', minimum: 0, description: 'The version that it is based on' },
    changedAt: { type: 'string', format: 'date-time', readOnly: true },
    changedBy: { type: 'string', readOnly: true, description: 'The id of a key' },
    rolledBackTo: { type: 'integer', readOnly: true },
    description: text,
    rules: { type: 'array', items: rule, maxItems: MAX_RULES },
    blocklist: blocklistSchema,
    under13: {
      enum: [...treatments, 'keep'],
      default: defaultPolicy.under13,
      description: 'Personal fields of learners under 13 whose parents did not consent',
    },
    pii: {
      enum: [...treatments, 'keep'],
      default: defaultPolicy.pii,
      description: 'Personal fields of events of level `pii`',
    },
    unreadable: {
      enum: ['keep', 'withhold'],
      description:
        'What cannot be read, and so not be cleaned; `withhold` where a rule concerns people, else `keep`',
    },
    erased: {
      enum: ['keep', 'withhold'],
      default: defaultPolicy.erased,
      description: 'Late arrivals of people who were erased',
    },
    optOut: {
      anyOf: [
        { enum: optOutSignals },
        { type: 'array', items: { enum: optOutSignals }, maxItems: optOutSignals.length },
      ],
      default: defaultPolicy.optOut,
      description: 'These signals of a browser deny every category of consent but `parental`',
    },
    addresses: {
      enum: addressForms,
      default: defaultPolicy.addresses,
      description: 'Addresses of senders: as they are, cut to /24 or /48, the country alone, none',
    },
    retentionDays: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        retentionClasses.map((name) => [
          name,
          { ...days, default: defaultPolicy.retentionDays[name] },
        ]),
      ),
    },
  },
  $defs: {
    names,
    condition: conditionSchemaWith(groups),
    part: { anyOf: [{ $ref: '#/$defs/condition' }, { $ref: '#/$defs/names' }] },
  },
}
