import { show } from '../../error/shown-value'
import type { DeliveryFormat } from '../../platform/registry/webhooks'
import { fieldOf, recordFields, stepsOf } from '../../webhooks/message/fields'
import { nearOnes } from '../near-miss'
import { z } from '../zod'
import { knownMembers } from './known-members'

// Whoever wants more wants all of it.
const MAX_FIELDS = 100

/** The members of an event that are sent. What they may be depends on the format: `faultsOfFields`. */
export const SelectedFields = z.array(z.string()).min(1).max(MAX_FIELDS).openapi({
  description:
    'Only these members of each event are sent, in their places: `actor.id`, or `/object/id` (RFC 6901), for every element where a list is on the way; with the format `record`, fields of the record such as `actorId`. Where an event has none of them, it is `{}`. A first name that no standard has is refused; a member of your own stands behind a stroke: `/my_member`',
})

interface Fault {
  path: (string | number)[]
  message: string
  code: string
}

/** Says which of the fields can be found in no event that is sent in this format. */
export function faultsOfFields(fields: readonly string[], format: DeliveryFormat = 'raw'): Fault[] {
  if (format === 'thin') {
    const message = 'Must be left out with the format "thin", which has ids, types and links only'
    return [{ path: ['fields'], message, code: 'contradiction' }]
  }
  const faultOf = format === 'record' ? faultInRecord : faultInItem
  return fields.flatMap((field, place) => {
    const message = faultOf(field)
    return message === undefined
      ? []
      : [
          {
            path: ['fields', place],
            message: `${message}; got ${show(field)}`,
            code: 'invalid_value',
          },
        ]
  })
}

function faultInRecord(field: string): string | undefined {
  if (fieldOf(field) !== undefined) return undefined
  return `Must be a field of the record${meant(field, recordFields)}`
}

function faultInItem(field: string): string | undefined {
  const steps = stepsOf(field)
  if (typeof steps === 'string') return steps
  const [first = ''] = steps
  if (field.startsWith('/') || knownMembers.has(first)) return undefined
  return `Must begin with a name that events of some standard have${meant(first, knownMembers)}; a member of your own stands behind a stroke, /${first.slice(0, SHOWN)}`
}

// As much of a name as is easily read, and as many names.
const SHOWN = 60
const MAX_MEANT = 3

function meant(name: string, all: Iterable<string>): string {
  const near = nearOnes(name, all).slice(0, MAX_MEANT)
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`
}
