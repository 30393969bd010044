/**
 * The most reasons that are stored with an item and repeated in its receipt: as many as a standard's
 * report has of one item, and a hundred such items fit into a receipt.
 */
export const MAX_REASONS = { most: 200, maxBytes: 32 * 1024 }
