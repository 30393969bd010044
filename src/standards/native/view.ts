import type { Issue } from '../../error/issue'
import type { ReadEvent } from '../../event/reading'
import { dialectOf } from './dialects'
import { carriedBy, cloudevents } from './dialects/cloudevents'
import type { Dialect, Members } from './dialects/dialect'
import { isObject, look, sentAs } from './dialects/look-up'
import { observer } from './dialects/observer'
import { textOf } from './gate'

/** The view is an item as a native event, whatever its sender calls its members. */
export interface View {
  /** The members have the names of `NativeEvent`; anything at all for what is no event. */
  members: unknown
  /** The name of the dialect in which it was sent; absent for our own. */
  dialect?: string | undefined
  /** Fields of the record that the dialect says. */
  fields?: Partial<ReadEvent>
  /** The same, where neither those nor common names say them. */
  otherwise?: Partial<ReadEvent>
  /** Its type is one of its own system: no registered type of that name is meant. */
  hasOwnType?: true
  /** It is a wrapper around an event of ours, or of another dialect. */
  carries?: true
  /** Says where in the item a member stands, for the path of an issue. */
  sentAs?(name: string): string[] | undefined
  /** The text tells it from others of the same content: its body said so of it, not it itself. */
  distinction?: string | undefined
}

type Context = Readonly<Record<string, string>>

/** Views an item by its form, or by what its source is set to. */
export function viewOf(item: unknown, context: Context): View {
  if (!isObject(item)) return { members: item }
  const dialect = dialectOf(item, context)
  if (dialect === undefined) return { members: item }
  if (dialect !== cloudevents) return viewBy(dialect, item, context)
  const carried = carriedBy(item)
  if (!isObject(carried)) return viewBy(dialect, item, context)
  // An event of Caliper has its own address: here it is refused, and says why.
  if ('@context' in carried || 'dataVersion' in carried) return { members: item }
  return viewCarried(item, carried, context)
}

function viewBy(dialect: Dialect, item: Members, context: Context): View {
  const prepared = dialect.prepare?.(item, context) ?? item
  const found = look(dialect, item, context)
  return {
    ...found,
    ...(isSession(dialect, item) && { fields: { ...found.fields, kind: 'entity' } }),
    dialect: dialect.name,
    ...(dialect.hasOwnTypes(prepared) && { hasOwnType: true as const }),
    sentAs: (name) => sentAs(dialect, item, { name, context }),
  }
}

/** Tells whether an item stands for a connection, and is no event in it. */
function isSession(dialect: Dialect, { session }: Members): boolean {
  return dialect === observer && isObject(session)
}

/** A CloudEvent around an event that says itself what it is gives that its id, if it has none. */
function viewCarried(item: Members, carried: Members, context: Context): View {
  const around = viewBy(cloudevents, item, context)
  const inner = dialectOf(carried, {})
  if (inner === cloudevents) return around
  if (inner === undefined && typeof carried.event_type !== 'string') return around
  const view = inner === undefined ? { members: carried } : viewBy(inner, carried, {})
  const members = view.members as Members
  const isNamed = textOf(members.event_id) ?? textOf(members.id)
  const id = (around.members as Members).event_id
  return {
    ...view,
    members: isNamed === undefined ? { ...members, event_id: id } : members,
    dialect: view.dialect ?? cloudevents.name,
    carries: true,
    sentAs: (name) => ['data', ...(view.sentAs?.(name) ?? [name])],
  }
}

/** Puts what a dialect says into an event that was read by common names. */
export function fillFrom({ fields, otherwise }: View, event: ReadEvent): void {
  if (fields !== undefined) Object.assign(event, fields)
  for (const name in otherwise) {
    const field = name as keyof ReadEvent
    if (event[field] === undefined) Object.assign(event, { [field]: otherwise[field] })
  }
}

/** Names in the paths of issues what the sender calls it. */
export function asSent({ sentAs }: View, issues: Issue[], item: Issue['path']): Issue[] {
  if (sentAs === undefined) return issues
  return issues.map((issue) => {
    const [name, ...more] = issue.path.slice(item.length)
    const sent = typeof name === 'string' ? sentAs(name) : undefined
    return sent === undefined ? issue : { ...issue, path: [...item, ...sent, ...more] }
  })
}
