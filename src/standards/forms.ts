import { caliperFiles } from './caliper/files'
import { nativeFiles } from './native/files'
import type { FileForm } from './standard'
import { xapiFiles } from './xapi/files'

/** Every standard that loose items are read by, in the order in which these are told apart. */
export const fileForms: readonly FileForm[] = [nativeFiles, xapiFiles, caliperFiles]

/** Tells by its members of which standard a value is meant to be. */
export function formOf(value: unknown): FileForm | undefined {
  return fileForms.find(({ isItem, isDocument }) => isItem(value) || isDocument(value))
}
