import { show } from '../../../error/shown-value'
import type { EventModel, Model } from '../model/model'
import type { Properties, Property } from '../model/properties'
import { deprecated, error, type Rules, required, warning } from './rules'
import type { WantedAction } from './unexpected-values'
import { type Body, quote } from './write-item'
import { profileWriter } from './write-profile'
import { keysOf, type Writer } from './writer'

interface Needs {
  writer: Writer
  model: Model
  rules: Rules
  writeItem(name: string, body: Body): string
  value(property: Property, spec: string): string
}

// Enough of the longest list, that of MediaEvent, to know which event one has in hand.
const SHOWN_ACTIONS = 6

/** Writes the functions that check events. */
export function eventWriter({ writer, model, rules, writeItem, value }: Needs) {
  const { constant, declare } = writer
  const { sections } = rules
  const profile = profileWriter({ writer, model, rules })

  /** The functions, by type. */
  function checks() {
    return [...model.events.values()].flatMap((event) => {
      const name = declare(`event ${event.type}`, (name) => writeItem(name, bodyOf(event)))
      return keysOf(event.type, model).map((key) => [key, name] as const)
    })
  }

  /** A type that is not Caliper's has what all events have, any action, and whatever else. */
  function other(): string {
    const event = model.events.get('Event')!
    return declare('other event', (name) => writeItem(name, bodyOf(event, true)))
  }

  function specOf({ owner }: Property): string {
    return owner === 'Event' ? sections.event : sections.eventType(owner)
  }

  function bodyOf(event: EventModel, isOpen = false): Body {
    return {
      properties: event.properties,
      spec: specOf,
      context: '', // checked before
      before: before(event),
      check: (property) => special(property, event, isOpen) ?? narrowed(property, event),
      after: needs(event),
      isOpen,
    }
  }

  function before({ successor }: EventModel): string {
    if (successor === undefined) return ''
    return `add(f,'type',o.type,${constant(deprecated(successor, sections.changes))});`
  }

  function special({ shape }: Property, event: EventModel, isOpen: boolean) {
    const { kind } = shape.range
    if (kind === 'Action') {
      const words = constant(event.actions)
      const wanted = constant(wantedAction(event))
      return `if(!(typeof v==='string'&&${words}.has(v)))oddAction(f,k,v,${wanted});`
    }
    if (kind === 'Profile') return profile(isOpen ? undefined : event.type)
    return kind === 'Type' ? '' : undefined
  }

  function wantedAction({ type, actions, deprecatedActions }: EventModel): WantedAction {
    return {
      supported: actions,
      deprecated: deprecatedActions,
      deprecatedRule: deprecated('another action, or another type of event', sections.changes),
      unsupported: error('unsupported_action', sections.eventType(type), (action) => {
        const some = [...actions].slice(0, SHOWN_ACTIONS).join(', ')
        const others = actions.size > SHOWN_ACTIONS ? ' and others' : ''
        return `${type} does not support ${show(action)}, but ${some}${others}`
      }),
    }
  }

  /** The value's check, by action where the type says more for some. */
  function narrowed(property: Property, event: EventModel): string {
    const usual = value(property, specOf(property))
    const cases = [...event.when].flatMap(([action, some]) => {
      const own = some.get(property.name)
      return own === undefined ? [] : [`case${quote(action)}:${value(own, specOf(own))}break;`]
    })
    return cases.length === 0 ? usual : `switch(o.action){${cases.join('')}default:${usual}}`
  }

  /** Some properties have to be there, or should be: always, for some actions, or for some objects. */
  function needs(event: EventModel): string {
    const recommended = [...event.properties.values()].filter(
      ({ shape }) => shape.need === 'recommended',
    )
    const written = [
      ...recommended.map((property) => lack(property, 'true')),
      ...[...event.when].map(([action, some]) => more(some, event, `o.action===${quote(action)}`)),
      ...[...event.whenObject].map(([type, some]) =>
        more(some, event, `typeOf(o.object)===${quote(type)}`),
      ),
    ]
    return model.isEarly ? '' : written.join('') // 1.0 recommends nothing
  }

  function more(some: Properties, event: EventModel, when: string): string {
    const needed = [...some.values()].filter(
      ({ name, shape }) => shape.need !== event.properties.get(name)?.shape.need,
    )
    return needed.map((property) => lack(property, when)).join('')
  }

  function lack(property: Property, when: string): string {
    const spec = specOf(property)
    const isRequired = property.shape.need === 'required'
    const rule = isRequired ? required(spec) : warning('recommended', spec, () => 'Recommended')
    const name = quote(property.name)
    return `if((o[${name}]===undefined||o[${name}]===null)&&${when})add(f,${name},undefined,${constant(rule)});`
  }

  return { checks, other }
}
