/** An item that a rule holds is refused by this code. */
export const HELD = 'held_by_policy'
