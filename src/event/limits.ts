/**
 * An item may be nested so deep, itself being level 1. The deepest official Caliper document has 9
 * levels. A limit of 100 leaves room for extensions, and code that walks an event later (ours, or
 * the receiver of a webhook) stays far from the end of its stack.
 */
export const MAX_DEPTH = 100

/**
 * The length is in UTF-16 units. Caliper 1.1, Appendix G: an endpoint stores ids of up to 2048
 * characters.
 */
export const MAX_ID_LENGTH = 2048

// A receipt repeats the id of an item, which may have been refused for its length.
const SHOWN_ID_LENGTH = 256

export function shownId(id: string | undefined): string | undefined {
  return id?.slice(0, SHOWN_ID_LENGTH).toWellFormed()
}

/**
 * A request may have so many items. Six megabytes hold as many of 120 bytes, and no real event is
 * that small; without a limit, a body of `{},{},…` costs 500 times its size in memory.
 */
export const MAX_ITEMS = 50_000
