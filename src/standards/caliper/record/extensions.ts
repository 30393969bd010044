import { isNode, type Node, nodeOf } from '../node'

/** The extensions of Canvas stand under one name. */
export function canvasOf(value: unknown): Node | undefined {
  if (!isNode(value)) return undefined
  const { extensions } = value
  return isNode(extensions) ? nodeOf(extensions['com.instructure.canvas']) : undefined
}
