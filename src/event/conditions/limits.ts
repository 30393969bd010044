/** A condition may have so many bytes as JSON: two hundred IRIs of a usual length, and all around. */
export const MAX_CONDITION_BYTES = 32 * 1024

/** A condition may be nested so deep, itself being level 1. */
export const MAX_CONDITION_DEPTH = 16

/** A condition has at most so many parts: itself, and all conditions in it. */
export const MAX_CONDITION_PARTS = 200

/**
 * So many parts of a condition, or of all filters of a webhook, may lead into the item: each may look at
 * a hundred elements of its lists.
 */
export const MAX_ITEM_PARTS = 40

/** A value is compared with so many at most; `all` and `any` have so many conditions. */
export const MAX_CONDITION_VALUES = 100

/** A path is as long as an id may be that stands in it, with room for the names before it. */
export const MAX_PATH_LENGTH = 1000
