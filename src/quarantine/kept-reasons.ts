/**
 * How many reasons are kept with an item, and repeated in its receipt: those of a standard's report on
 * one item, and a hundred items fit into a receipt.
 */
export const KEPT_REASONS = { most: 200, maxBytes: 32 * 1024 }
