/** The view is an item as a native event, whatever its sender calls its members. */
export interface View {
  /** The members have the names of `NativeEvent`; anything at all for what is no event. */
  members: unknown
  /** The name of the dialect in which it was sent; absent for our own. */
  dialect?: string | undefined
  /** The text tells it from others of the same content: its body said so of it, not it itself. */
  distinction?: string | undefined
}

/** Views an item by its form, or by what its source is set to. */
export function viewOf(item: unknown, _context: Record<string, string>): View {
  return { members: item }
}
