/** A value of JSON that is no object and no array. */
export type Scalar = string | number | boolean | null

/**
 * A condition on an event is the one filter language of webhooks, live subscriptions, policies and
 * reading. `path` names a field of the record (`actorId`, or `actor_id` as the lake has it), a
 * member of the event as it was sent (`payload.score`), or is a JSON Pointer into that
 * (`/object/id`, RFC 6901).
 */
export type Condition =
  | { readonly path: string; readonly equals: Scalar }
  | { readonly path: string; readonly in: readonly Scalar[] }
  | { readonly path: string; readonly prefix: string }
  | { readonly path: string; readonly exists: boolean }
  | ({ readonly path: string } & Bounds)
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }

/** Numbers are compared with numbers, text with text; times with times. */
export interface Bounds {
  readonly gt?: number | string
  readonly gte?: number | string
  readonly lt?: number | string
  readonly lte?: number | string
}
