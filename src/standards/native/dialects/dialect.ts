import type { ReadEvent } from '../../../event/reading'

export type Members = Record<string, unknown>

/** A member of a native event that a dialect has under another name. */
export type NativeMember =
  | 'event_type'
  | 'event_id'
  | 'timestamp'
  | 'user_id'
  | 'session_id'
  | 'source'
  | 'payload'
  | 'context'

/** A field of the record that a dialect says itself, before common names are looked for. */
export type DialectField =
  | 'actorId'
  | 'memberId'
  | 'membershipRoles'
  | 'objectId'
  | 'objectType'
  | 'objectName'
  | 'targetId'
  | 'generatedId'
  | 'groupId'
  | 'courseId'
  | 'courseName'
  | 'attemptId'
  | 'assignableId'
  | 'score'
  | 'maxScore'
  | 'success'
  | 'completion'
  | 'durationMs'
  | 'sendTime'

/** Members are found by these paths, the first that has a value of its kind: `metadata.user_id`. */
export type Paths = string

/** A row is of events of one name: it says what they mean beside what all of their dialect do. */
export interface EventRow {
  /** The action in Caliper's words, where it means the same. */
  action?: string
  /** The type of the object in Caliper's words. */
  objectType?: string
  /** The type of the object by a member, where it is one of several. */
  objectTypes?: { by: Paths; types: Readonly<Record<string, string>> }
  /** The roles of `memberId`, where that is another than who acts. */
  memberRoles?: readonly string[]
  /** `a.b c`: two paths; these are looked at before those of all events. */
  fields?: Partial<Record<DialectField, Paths>>
}

/** A dialect is how one kind of tool writes its events. */
export interface Dialect {
  /** It is the record's `profile`, and what a source is set to. */
  name: string
  /** People read these of a file: for one item, for several. */
  words: { one: string; many: string }
  /** Tells an item by its form alone, whoever sends it. */
  isOne(item: Members): boolean
  /** Tells whether an item of a source that is set to this dialect may be of it. */
  mayBeOne(item: Members): boolean
  /** Puts the item in order before anything is looked for. */
  prepare?(item: Members, context: Record<string, string>): Members
  members: Partial<Record<NativeMember, Paths>>
  /** The fields of all its events. */
  fields: Partial<Record<DialectField, Paths>>
  /** Fields that are looked for where neither those nor common names say them. */
  otherwise?: Partial<Record<DialectField, Paths>>
  /** A role of this name has that one in the record. */
  roles?: Readonly<Record<string, string>>
  /** Finds what is known of an event by its name; left out, nothing is. */
  rowOf?(type: string, item: Members): EventRow | undefined
  /** Its types are those of its tool: no registered type of the same name is meant. */
  hasOwnTypes(prepared: Members): boolean
  /** Names the member that an item lacks which has no type. Left out, it is the first of the paths. */
  lacking?(item: Members): string
}

/** A dialect says this of an item. */
export interface Viewed {
  members: Members
  fields: Partial<ReadEvent>
  otherwise: Partial<ReadEvent>
}
