import { builtInRules, transmissions } from '../policy/policy'
import { timeLimits } from './blocklist'
import { MAX_BLOCK_VALUES, MAX_BLOCKS, MAX_MESSAGE, MAX_MS } from './read'

const value = { type: 'string', minLength: 1, maxLength: 255 }
const orList = (description: string) => ({
  description,
  anyOf: [value, { type: 'array', items: value, minItems: 1, maxItems: MAX_BLOCK_VALUES }],
})

const rule = {
  type: 'object',
  required: ['name'],
  anyOf: ['action', 'timeLimit', 'message'].map((name) => ({
    properties: { [name]: true },
    required: [name],
  })),
  additionalProperties: false,
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 64,
      not: { enum: builtInRules },
      description: 'Unique among all rules; it stands in receipts and counts',
    },
    description: { type: 'string', maxLength: 1000 },
    when: {
      type: ['object', 'null'],
      additionalProperties: false,
      description: 'Facts of a sender, all of which must hold; every sender when left out',
      properties: {
        tenant: orList('The id of the tenant'),
        source: orList('The id of its source, or what the client calls it'),
        domain: orList('A domain of the event; `*.example.org` is every one below it, `*` any'),
        address: orList('The address that it sends from, or a network of addresses'),
      },
    },
    action: {
      enum: transmissions,
      description:
        '`MAINTAIN` tells it to wait, and holds what it sends; `DROP` keeps nothing of it',
    },
    timeLimit: {
      description: 'So long it is told to wait; in milliseconds, where it is a number',
      anyOf: [{ enum: timeLimits }, { type: 'integer', minimum: 1, maximum: MAX_MS }],
    },
    message: { type: 'string', minLength: 1, maxLength: MAX_MESSAGE },
  },
}

/** The JSON Schema of the member `blocklist` of a policy. */
export const blocklistSchema = {
  type: 'array',
  items: rule,
  maxItems: MAX_BLOCKS,
  description:
    'Who may not send. Of rules that hold, the one counts that names the most facts, and of those the last',
}
