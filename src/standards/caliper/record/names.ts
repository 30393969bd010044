import { isNode, nameOf, textOf } from '../node'
import { canvasOf } from './extensions'

/**
 * Names what was acted on. Canvas gives the kind of a thing as the name of what was looked at, and
 * its name in the extensions; a team of Blackboard has its name there, too. An attempt without a name is
 * called as what was attempted.
 */
export function objectNameOf(object: unknown, assignable: unknown): string | undefined {
  if (!isNode(object)) return nameOf(assignable)
  const canvas = canvasOf(object)
  if (canvas === undefined)
    return nameOf(object) ?? blackboardName(object.extensions) ?? nameOf(assignable)
  return (
    textOf(canvas.asset_name) ??
    nameOf(object) ??
    textOf(canvas.name) ??
    textOf(canvas.title) ??
    textOf(canvas.filename) ??
    nameOf(assignable) ??
    textOf(canvasOf(assignable)?.name) ??
    textOf(canvasOf(assignable)?.title)
  )
}

function blackboardName(extensions: unknown): string | undefined {
  return isNode(extensions) ? textOf(extensions['bb:group.name']) : undefined
}
